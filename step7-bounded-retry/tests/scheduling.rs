//! What the engine's rules are worth: each rule and its alternative, on a paused clock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::StatusCode;
use step7_bounded_retry::engine::{
    self, AttemptError, FailureKind, Jitter, Outcome, Request, Settings,
};
use step7_bounded_retry::{RetryPolicy, retry};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

const ATTEMPT: Duration = Duration::from_millis(30);
const SECOND: Duration = Duration::from_secs(1);
/// No run here takes so long. On the paused clock, a run that hangs reaches it at once.
const LIMIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);
const URLS: u64 = 2_000;

/// Sixteen at a time, three attempts, one second and then two between them, and no jitter.
fn settings() -> Settings {
    Settings {
        max_concurrency: 16.try_into().unwrap(),
        max_per_host: usize::MAX.try_into().unwrap(),
        retry: RetryPolicy {
            max_attempts: 3.try_into().unwrap(),
            base_delay: SECOND,
            multiplier: 2.0,
        },
        jitter: Jitter::None,
        deadline: Duration::MAX,
        ..Settings::default()
    }
}

async fn collect<A, F, T>(
    settings: Settings,
    urls: impl IntoIterator<Item = impl Into<String>>,
    attempt: A,
) -> Vec<Outcome<T>>
where
    A: Fn(Arc<Request>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<T, AttemptError>> + Send + 'static,
    T: Send + 'static,
{
    let run = engine::collect(settings, urls, attempt);
    timeout(LIMIT, run).await.expect("the run hangs")
}

/// Each URL has a host of its own, so that the limits for one host do not matter.
fn urls(count: u64) -> impl Iterator<Item = String> {
    (0..count).map(|index| format!("http://{index}.test/"))
}

fn busy(retry_after: Option<Duration>) -> AttemptError {
    AttemptError::Status {
        status: StatusCode::SERVICE_UNAVAILABLE,
        retry_after,
    }
}

/// Counts the attempts of each URL.
#[derive(Clone, Default)]
struct Attempts(Arc<Mutex<HashMap<u64, u32>>>);

impl Attempts {
    /// Which attempt of its URL this one is, from 1.
    fn next(&self, request: &Request) -> u32 {
        let mut attempts = self.0.lock().unwrap();
        let attempt = attempts.entry(request.index).or_default();
        *attempt += 1;
        *attempt
    }

    fn total(&self) -> u32 {
        self.0.lock().unwrap().values().sum()
    }
}

async fn every_fifth_fails_twice(index: u64, attempt: u32) -> Result<(), AttemptError> {
    sleep(ATTEMPT).await;
    if attempt <= 2 && index % 5 == 0 {
        return Err(busy(None));
    }
    Ok(())
}

fn assert_all_succeeded<T>(outcomes: &[Outcome<T>]) {
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
}

#[tokio::test(start_paused = true)]
async fn no_permit_is_held_between_two_attempts() {
    let attempts = Attempts::default();
    let start = Instant::now();
    let outcomes = collect(settings(), urls(URLS), move |request| {
        every_fifth_fails_twice(request.index, attempts.next(&request))
    })
    .await;
    assert_all_succeeded(&outcomes);
    assert_eq!(start.elapsed().as_millis(), 8_330);

    // The alternative: all attempts of a URL are one attempt of the engine, which holds its permit.
    let attempts = Attempts::default();
    let start = Instant::now();
    let outcomes = collect(settings(), urls(URLS), move |request| {
        let attempts = attempts.clone();
        async move {
            let attempt = || every_fifth_fails_twice(request.index, attempts.next(&request));
            retry(settings().retry, |_| true, attempt).await.0
        }
    })
    .await;
    assert_all_succeeded(&outcomes);
    assert_eq!(start.elapsed().as_millis(), 81_030);
}

/// How long the URLs take with this window, and how late the latest retry started. In milliseconds.
async fn makespan_and_lateness(window: usize) -> (u128, u128) {
    let settings = Settings {
        window: Some(window.try_into().unwrap()),
        ..settings()
    };
    let due = Arc::<Mutex<HashMap<u64, Instant>>>::default();
    let latest = Arc::<Mutex<Duration>>::default();
    let attempts = Attempts::default();

    let lateness = Arc::clone(&latest);
    let start = Instant::now();
    collect(settings, urls(URLS), move |request| {
        let attempt = attempts.next(&request);
        let due = Arc::clone(&due);
        if let Some(due) = due.lock().unwrap().get(&request.index) {
            let mut latest = lateness.lock().unwrap();
            *latest = due.elapsed().max(*latest);
        }
        async move {
            let result = every_fifth_fails_twice(request.index, attempt).await;
            if result.is_err() {
                let next = Instant::now() + settings.retry.backoff(attempt);
                due.lock().unwrap().insert(request.index, next);
            }
            result
        }
    })
    .await;
    let latest = latest.lock().unwrap().as_millis();
    (start.elapsed().as_millis(), latest)
}

#[tokio::test(start_paused = true)]
async fn with_the_default_window_a_retry_is_at_most_260_ms_late() {
    assert_eq!(settings().window, None, "the default: 16 × 16");
    assert_eq!(makespan_and_lateness(256).await, (8_330, 260));
}

#[tokio::test(start_paused = true)]
async fn without_a_window_a_retry_queues_behind_every_untried_url() {
    assert_eq!(makespan_and_lateness(2_000).await, (6_810, 2_720));
}

#[tokio::test(start_paused = true)]
async fn with_a_window_as_small_as_the_cap_waiting_urls_take_all_the_room() {
    assert_eq!(makespan_and_lateness(16).await, (81_030, 0));
}

/// When the last of 400 URLs of a fast host was done, among 400 of a slow one. Each host gets eight
/// requests at a time.
async fn last_of_the_fast<F>(
    max_per_host: usize,
    attempt: fn(Arc<Request>, Arc<[Semaphore]>) -> F,
) -> Duration
where
    F: Future<Output = Result<(), AttemptError>> + Send + 'static,
{
    let settings = Settings {
        max_per_host: max_per_host.try_into().unwrap(),
        window: Some(800.try_into().unwrap()),
        ..settings()
    };
    let hosts: Arc<[Semaphore]> = [8, 8].map(Semaphore::new).into();
    let urls = ["http://slow.test/", "http://fast.test/"];
    let outcomes = collect(settings, urls.repeat(400), move |request| {
        attempt(request, Arc::clone(&hosts))
    })
    .await;
    let fast = outcomes.iter().filter(|outcome| outcome.url == urls[1]);
    fast.map(|outcome| outcome.elapsed).max().unwrap()
}

async fn slow_or_fast(request: &Request) {
    let slow = request.url.host_str() == Some("slow.test");
    sleep(if slow { SECOND } else { SECOND / 10 }).await;
}

#[tokio::test(start_paused = true)]
async fn the_hosts_permit_comes_first_so_that_a_slow_host_does_not_starve_others() {
    let host_first = last_of_the_fast(8, |request, _| async move {
        slow_or_fast(&request).await;
        Ok(())
    });
    assert_eq!(host_first.await.as_millis(), 5_000);

    // The alternative: an attempt has the engine's permit while it waits for the host's.
    let host_last = last_of_the_fast(usize::MAX, |request, hosts| async move {
        let host = usize::try_from(request.index % 2).unwrap();
        let _permit = hosts[host].acquire().await.unwrap();
        slow_or_fast(&request).await;
        Ok(())
    });
    assert_eq!(host_last.await.as_millis(), 49_100);
}

/// How many attempts are made when all of them fail, with at most four for each URL.
async fn attempts_that_all_fail(urls: impl Iterator<Item = String>) -> u32 {
    let mut settings = settings();
    settings.retry.max_attempts = 4.try_into().unwrap();
    let attempts = Attempts::default();
    let counted = attempts.clone();
    let outcomes = collect::<_, _, ()>(settings, urls, move |request| {
        counted.next(&request);
        async { Err(busy(None)) }
    })
    .await;

    for outcome in outcomes {
        assert_eq!(outcome.result.unwrap_err().kind(), FailureKind::Status);
    }
    attempts.total()
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_down_gets_a_fifth_as_many_retries_as_first_attempts() {
    let one_host = (0..1_000).map(|index| format!("http://down.test/{index}"));
    assert_eq!(attempts_that_all_fail(one_host).await, 1_210);

    // The alternative: if every URL has a host of its own, no budget is spent.
    assert_eq!(attempts_that_all_fail(urls(1_000)).await, 4_000);
}

/// A thousand URLs get a Retry-After of one second. How many are retried within the same 10 ms?
async fn most_at_once(jitter: Jitter) -> usize {
    let settings = Settings {
        max_concurrency: 1_000.try_into().unwrap(),
        jitter,
        ..settings()
    };
    let attempts = Attempts::default();
    let arrivals = Arc::<Mutex<Vec<Instant>>>::default();
    let arrived = Arc::clone(&arrivals);
    collect(settings, urls(1_000), move |request| {
        let first = attempts.next(&request) == 1;
        if !first {
            arrived.lock().unwrap().push(Instant::now());
        }
        async move {
            if first {
                Err(busy(Some(SECOND)))
            } else {
                Ok(())
            }
        }
    })
    .await;

    // They are in the order of time.
    let arrivals = arrivals.lock().unwrap();
    let within_10_ms = |first: usize| {
        let end = arrivals[first] + Duration::from_millis(10);
        arrivals[first..].partition_point(|at| *at <= end)
    };
    (0..arrivals.len()).map(within_10_ms).max().unwrap()
}

#[tokio::test(start_paused = true)]
async fn jitter_added_to_retry_after_spreads_the_retries() {
    assert_eq!(most_at_once(Jitter::None).await, 1_000);

    fastrand::seed(7);
    let most = most_at_once(Jitter::Full).await;
    assert!(most < 40, "{most} of 1,000 were retried within 10 ms");
}
