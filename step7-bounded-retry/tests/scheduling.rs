//! What the engine's rules are worth: each rule and its alternative, on a paused clock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::StatusCode;
use step7_bounded_retry::engine::{self, AttemptError, Jitter, Outcome, Request, Settings};
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
    assert_eq!(start.elapsed().as_millis(), 7_710);

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

#[tokio::test(start_paused = true)]
async fn a_retry_does_not_queue_behind_untried_urls() {
    let due = Arc::<Mutex<HashMap<u64, Instant>>>::default();
    let latest = Arc::<Mutex<Duration>>::default();
    let attempts = Attempts::default();

    let lateness = Arc::clone(&latest);
    collect(settings(), urls(URLS), move |request| {
        let attempt = attempts.next(&request);
        let due = Arc::clone(&due);
        if let Some(due) = due.lock().unwrap().get(&request.index) {
            let mut latest = lateness.lock().unwrap();
            *latest = due.elapsed().max(*latest);
        }
        async move {
            let result = every_fifth_fails_twice(request.index, attempt).await;
            if result.is_err() {
                let next = Instant::now() + settings().retry.backoff(attempt);
                due.lock().unwrap().insert(request.index, next);
            }
            result
        }
    })
    .await;
    // Until the first of the attempts that run ends; in a queue with the others it would be 2.7 s.
    assert!(*latest.lock().unwrap() <= ATTEMPT);
}

/// When the last of 400 URLs of a fast host was done, behind 400 of a slow one. Each host gets eight
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
        ..settings()
    };
    let hosts: Arc<[Semaphore]> = [8, 8].map(Semaphore::new).into();
    let slow = (0..400).map(|page| format!("http://slow.test/{page}"));
    let fast = (0..400).map(|page| format!("http://fast.test/{page}"));
    let start = Instant::now();
    let last = Arc::<Mutex<Duration>>::default();
    let ended = Arc::clone(&last);
    collect(settings, slow.chain(fast), move |request| {
        let is_fast = !is_slow(&request);
        let work = attempt(request, Arc::clone(&hosts));
        let ended = Arc::clone(&ended);
        async move {
            let result = work.await;
            if is_fast {
                *ended.lock().unwrap() = start.elapsed();
            }
            result
        }
    })
    .await;
    let last = last.lock().unwrap();
    *last
}

fn is_slow(request: &Request) -> bool {
    request.url.host_str() == Some("slow.test")
}

async fn slow_or_fast(request: &Request) {
    sleep(if is_slow(request) {
        SECOND
    } else {
        SECOND / 10
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_host_at_the_head_of_the_list_does_not_keep_the_others_waiting() {
    let host_first = last_of_the_fast(8, |request, _| async move {
        slow_or_fast(&request).await;
        Ok(())
    });
    assert_eq!(host_first.await.as_millis(), 5_000);

    // The alternative: an attempt has the engine's permit while it waits for the host's.
    let host_last = last_of_the_fast(usize::MAX, |request, hosts| async move {
        let host = usize::from(is_slow(&request));
        let _permit = hosts[host].acquire().await.unwrap();
        slow_or_fast(&request).await;
        Ok(())
    });
    assert_eq!(host_last.await.as_millis(), 49_300);
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

    assert!(outcomes.iter().all(|outcome| outcome.result.is_err()));
    attempts.total()
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_down_gets_a_few_attempts() {
    let one_host = (0..1_000).map(|index| format!("http://down.test/{index}"));
    assert_eq!(attempts_that_all_fail(one_host).await, 36);

    // The alternative: if every URL has a host of its own, none is paused and none is given up.
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
