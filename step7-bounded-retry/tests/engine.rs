//! The rules of the engine, one at a time, on a paused clock and without a socket.

use std::future::{pending, ready};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use futures_util::stream::{self, StreamExt};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use step3_taskgroup::TaskName;
use step7_bounded_retry::engine::{
    self, AttemptError, Failure, FailureKind, Jitter, Outcome, Request, Settings, partition,
    retry_after, stream, try_collect,
};
use step7_bounded_retry::{ConcurrencyMeter, RetryPolicy};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);
/// No run here takes so long. On the paused clock, a run that hangs reaches it at once.
const LIMIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);
const ONE: [&str; 1] = ["http://a.test/"];

async fn within_limit<F: Future>(run: F) -> F::Output {
    timeout(LIMIT, run).await.expect("the run hangs")
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
    within_limit(engine::collect(settings, urls, attempt)).await
}

/// Three attempts, with one second and then two between them.
fn settings() -> Settings {
    Settings {
        retry: RetryPolicy {
            max_attempts: 3.try_into().unwrap(),
            base_delay: SECOND,
            multiplier: 2.0,
        },
        jitter: Jitter::None,
        ..Settings::default()
    }
}

fn status(code: u16) -> AttemptError {
    AttemptError::Status {
        status: StatusCode::from_u16(code).unwrap(),
        retry_after: None,
    }
}

fn busy_for(retry_after: Duration) -> AttemptError {
    AttemptError::Status {
        status: StatusCode::SERVICE_UNAVAILABLE,
        retry_after: Some(retry_after),
    }
}

/// The outcome of a single URL of which each attempt is `attempt`.
async fn outcome_of<F>(
    settings: Settings,
    attempt: impl Fn() -> F + Send + Sync + 'static,
) -> Outcome<()>
where
    F: Future<Output = Result<(), AttemptError>> + Send + 'static,
{
    let mut outcomes = collect(settings, ONE, move |_| attempt()).await;
    assert_eq!(outcomes.len(), 1);
    outcomes.remove(0)
}

fn kind<T>(outcome: &Outcome<T>) -> Option<FailureKind> {
    outcome.result.as_ref().err().map(Failure::kind)
}

fn message<T: std::fmt::Debug>(outcome: Outcome<T>) -> String {
    outcome.result.unwrap_err().to_string()
}

#[tokio::test(start_paused = true)]
async fn collect_returns_one_outcome_for_each_url_in_input_order() {
    let urls = ["http://a.test/3", "nonsense", "http://b.test/1"];
    let outcomes = collect(settings(), urls, |request| async move {
        let seconds = request.url.path()[1..].parse().unwrap();
        sleep(SECOND * seconds).await;
        Ok(seconds)
    })
    .await;

    let given: Vec<_> = outcomes.iter().map(|outcome| &*outcome.url).collect();
    assert_eq!(given, urls);
    let results: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.result.as_ref().ok())
        .collect();
    assert_eq!(results, [Some(&3), None, Some(&1)]);
    assert_eq!(outcomes[0].elapsed, SECOND * 3);
}

#[tokio::test(start_paused = true)]
async fn try_collect_returns_all_results_or_all_failures() {
    let attempt = |request: Arc<Request>| {
        ready(match request.url.path() {
            "/" => Ok(request.index),
            _ => Err(status(404)),
        })
    };
    let urls = ["http://a.test/", "http://b.test/"];
    let results = within_limit(try_collect(settings(), urls, attempt)).await;
    assert_eq!(results.unwrap(), [0, 1]);

    let urls = ["http://a.test/missing", "http://a.test/", "nonsense"];
    let results = within_limit(try_collect(settings(), urls, attempt)).await;
    let errors = results.unwrap_err();
    let tasks: Vec<_> = errors.leaves().map(|leaf| leaf.task.clone()).collect();
    assert_eq!(
        tasks,
        [
            TaskName::Named(urls[0].into()),
            TaskName::Named(urls[2].into())
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn partition_keeps_results_and_failures_in_input_order() {
    let attempt = |request: Arc<Request>| {
        ready(match request.index % 2 {
            0 => Ok(request.index),
            _ => Err(status(404)),
        })
    };
    let urls = (0..5).map(|page| format!("http://a.test/{page}"));
    let (results, failures) = partition(collect(settings(), urls, attempt).await);
    assert_eq!(results, [0, 2, 4]);
    let tasks = failures.unwrap();
    let tasks: Vec<_> = tasks.leaves().map(|leaf| leaf.task.to_string()).collect();
    assert_eq!(tasks, ["http://a.test/1", "http://a.test/3"]);
}

#[tokio::test(start_paused = true)]
async fn stream_yields_each_outcome_as_soon_as_it_is_known() {
    let urls = stream::iter([3, 1, 2].map(|seconds| format!("http://a.test/{seconds}")));
    let start = Instant::now();
    let attempt = |request: Arc<Request>| async move {
        sleep(SECOND * request.url.path()[1..].parse().unwrap()).await;
        Ok(())
    };
    let outcomes = stream(settings(), urls, pending(), attempt);
    let seen = outcomes.map(|outcome| (outcome.index, start.elapsed().as_secs()));
    let seen: Vec<_> = within_limit(seen.collect()).await;
    assert_eq!(seen, [(1, 1), (2, 2), (0, 3)]);
}

#[tokio::test(start_paused = true)]
async fn an_invalid_url_gets_no_attempt() {
    let too_long = format!("http://a.test/{}", "a".repeat(70_000));
    let too_long_as_given = format!("http://a.test/{}", " ".repeat(70_000));
    let urls = [
        "",
        "/path",
        "a.test",
        "ftp://a.test/",
        "http://",
        "http://a b/",
        "http://a.test/\u{FFFD}",
        &too_long,
        &too_long_as_given,
    ];
    let outcomes = collect::<_, _, ()>(settings(), urls, |_| async { unreachable!() }).await;
    assert_eq!(outcomes.len(), urls.len());
    for outcome in outcomes {
        assert_eq!(
            kind(&outcome),
            Some(FailureKind::InvalidUrl),
            "{}",
            outcome.url
        );
        assert_eq!(outcome.attempts, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_url_may_be_as_long_as_http_allows() {
    let [longest, too_long] =
        [65_534, 65_535].map(|length| format!("{:a<length$}", "http://a.test/"));
    let outcomes = collect(settings(), [longest, too_long], |_| ready(Ok(()))).await;
    assert!(outcomes[0].result.is_ok());
    assert_eq!(kind(&outcomes[1]), Some(FailureKind::InvalidUrl));
}

#[tokio::test(start_paused = true)]
async fn a_retriable_failure_is_retried_until_no_attempt_is_left() {
    let start = Instant::now();
    let outcome = outcome_of(settings(), || ready(Err(status(500)))).await;
    assert_eq!(
        (kind(&outcome), outcome.attempts),
        (Some(FailureKind::Status), 3)
    );
    assert_eq!(
        start.elapsed(),
        SECOND * 3,
        "1 s and 2 s of backoff, and none at the end"
    );
}

#[tokio::test(start_paused = true)]
async fn only_some_statuses_are_retried() {
    for code in [
        301, 400, 401, 403, 404, 410, 418, 425, 451, 499, 501, 505, 600, 999,
    ] {
        let outcome = outcome_of(settings(), move || ready(Err(status(code)))).await;
        assert_eq!(
            (kind(&outcome), outcome.attempts),
            (Some(FailureKind::Status), 1),
            "{code}"
        );
    }
    for code in [408, 429, 500, 502, 503, 504, 507, 599] {
        let outcome = outcome_of(settings(), move || ready(Err(status(code)))).await;
        assert_eq!(
            (kind(&outcome), outcome.attempts),
            (Some(FailureKind::Status), 3),
            "{code}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_backoff_is_capped() {
    let mut settings = settings();
    settings.max_delay = Duration::from_millis(1_500);
    outcome_of(settings, || ready(Err(status(500)))).await;
    let outcome = outcome_of(settings, || ready(Err(status(500)))).await;
    assert_eq!(outcome.elapsed.as_millis(), 1_000 + 1_500);
}

/// The outcome of a URL whose first three attempts end with this status and a Retry-After of 10 s.
async fn outcome_after_three(code: u16) -> Outcome<()> {
    let attempts = AtomicU32::new(0);
    outcome_of(settings(), move || {
        ready(match attempts.fetch_add(1, Ordering::Relaxed) {
            0..3 => Err(AttemptError::Status {
                status: StatusCode::from_u16(code).unwrap(),
                retry_after: Some(SECOND * 10),
            }),
            _ => Ok(()),
        })
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_is_waited_for_and_costs_no_attempt() {
    for code in [429, 503] {
        let outcome = outcome_after_three(code).await;
        assert_eq!((kind(&outcome), outcome.attempts), (None, 4), "{code}");
        // Half a base delay comes on top.
        assert_eq!(outcome.elapsed.as_millis(), 3 * 10_500, "{code}");
    }
    for code in [500, 408] {
        let outcome = outcome_after_three(code).await;
        let expected = (Some(FailureKind::Status), 3);
        assert_eq!((kind(&outcome), outcome.attempts), expected, "{code}");
        assert_eq!(outcome.elapsed, SECOND * 3, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_pauses_the_whole_host_and_no_other() {
    let start = Instant::now();
    let urls = ["http://a.test/busy", "http://a.test/", "http://b.test/"];
    let mut settings = settings();
    settings.max_per_host = 1.try_into().unwrap();
    let attempts = AtomicU32::new(0);
    let outcomes = stream(
        settings,
        stream::iter(urls.map(str::to_owned)),
        pending(),
        move |request: Arc<Request>| {
            let is_busy = request.url.path() == "/busy";
            ready(
                if is_busy && attempts.fetch_add(1, Ordering::Relaxed) == 0 {
                    Err(busy_for(SECOND * 10))
                } else {
                    Ok(())
                },
            )
        },
    );
    let seen = outcomes.map(|outcome| (outcome.url, start.elapsed().as_secs()));
    let seen: Vec<_> = within_limit(seen.collect()).await;
    let expected = [(urls[2], 0), (urls[0], 10), (urls[1], 10)];
    assert_eq!(seen, expected.map(|(url, at)| (url.to_owned(), at)));
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_above_the_maximum_ends_the_url_at_once() {
    let outcome = outcome_of(settings(), || ready(Err(busy_for(SECOND * 61)))).await;
    assert_eq!(
        (kind(&outcome), outcome.attempts),
        (Some(FailureKind::RetryAfter), 1)
    );
    assert_eq!(outcome.elapsed, Duration::ZERO);
    assert_eq!(
        message(outcome),
        "the host's Retry-After of 61s is longer than the maximum of 60s; \
         last attempt: answered 503 Service Unavailable"
    );
}

#[tokio::test(start_paused = true)]
async fn urls_that_wait_for_a_host_end_with_its_long_retry_after() {
    let urls = (0..10).map(|page| format!("http://a.test/{page}"));
    let outcomes = collect::<_, _, ()>(settings(), urls, |_| async {
        sleep(SECOND).await;
        Err(busy_for(SECOND * 61))
    })
    .await;
    let untried = outcomes.iter().filter(|outcome| outcome.attempts == 0);
    assert_eq!(untried.count(), 6);
    for outcome in outcomes {
        assert_eq!(kind(&outcome), Some(FailureKind::RetryAfter));
    }
}

#[tokio::test(start_paused = true)]
async fn urls_of_a_host_without_any_connection_end_as_host_down() {
    let start = Instant::now();
    let urls = (0..1_000).map(|page| format!("http://a.test/{page}"));
    let outcomes = collect::<_, _, ()>(settings(), urls, |_| {
        ready(Err(AttemptError::Connect("refused".into())))
    })
    .await;
    let attempts: u32 = outcomes.iter().map(|outcome| outcome.attempts).sum();
    assert!(attempts < 20, "{attempts} attempts");
    let seconds = start.elapsed().as_secs();
    assert!((60..100).contains(&seconds), "given up after {seconds} s");
    for outcome in outcomes {
        assert_eq!(kind(&outcome), Some(FailureKind::HostDown));
    }
}

#[tokio::test(start_paused = true)]
async fn progress_defers_the_stall_timeout() {
    let mut settings = settings();
    settings.stall_timeout = SECOND * 3;
    let outcomes = collect(settings, ONE, |request| async move {
        for _ in 0..10 {
            sleep(SECOND * 2).await;
            request.record_bytes(1);
        }
        Ok(())
    })
    .await;
    assert_eq!((kind(&outcomes[0]), outcomes[0].attempts), (None, 1));
    assert_eq!(outcomes[0].elapsed, SECOND * 20);
}

#[tokio::test(start_paused = true)]
async fn this_machines_own_limit_costs_no_attempt_and_ends_with_the_deadline() {
    let outcome = outcome_of(settings(), || {
        let error = std::io::Error::from_raw_os_error(24);
        ready(Err(AttemptError::from_io(error, AttemptError::Output)))
    })
    .await;
    assert_eq!(kind(&outcome), Some(FailureKind::Local));
    assert!(outcome.attempts > 3);
    assert!(outcome.elapsed <= settings().deadline);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_a_timeout_and_a_timeout_is_retried() {
    let dropped = ConcurrencyMeter::default();
    let meter = dropped.clone();
    let outcome = outcome_of(settings(), move || {
        let in_flight = meter.enter();
        async move {
            let _in_flight = in_flight;
            pending().await
        }
    })
    .await;
    assert_eq!(
        (kind(&outcome), outcome.attempts),
        (Some(FailureKind::Timeout), 3)
    );
    assert_eq!(outcome.elapsed, SECOND * (30 + 1 + 30 + 2 + 30));
    assert_eq!((dropped.peak(), dropped.in_flight()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_running_attempt_and_reports_the_previous_error() {
    let mut settings = settings();
    settings.deadline = SECOND * 10;
    let attempts = AtomicU32::new(0);
    let outcome = outcome_of(settings, move || {
        let first = attempts.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            if first {
                return Err(status(500));
            }
            pending().await
        }
    })
    .await;
    assert_eq!(
        (kind(&outcome), outcome.attempts),
        (Some(FailureKind::Deadline), 2)
    );
    assert_eq!(outcome.elapsed, SECOND * 10);
    assert_eq!(
        message(outcome),
        "not done within 10s; last attempt: answered 500 Internal Server Error"
    );
}

#[tokio::test(start_paused = true)]
async fn a_delay_past_the_deadline_ends_the_url_at_once() {
    let mut settings = settings();
    settings.deadline = SECOND * 2;
    let outcome = outcome_of(settings, || ready(Err(status(500)))).await;
    assert_eq!(
        (kind(&outcome), outcome.attempts),
        (Some(FailureKind::Deadline), 2)
    );
    assert_eq!(outcome.elapsed, SECOND);

    let outcome = outcome_of(settings, || ready(Err(busy_for(SECOND * 5)))).await;
    assert_eq!(
        (kind(&outcome), outcome.attempts),
        (Some(FailureKind::Deadline), 1)
    );
    assert_eq!(outcome.elapsed, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_does_not_include_the_wait_for_the_first_attempt() {
    let settings = Settings {
        max_concurrency: 1.try_into().unwrap(),
        deadline: SECOND * 5,
        ..settings()
    };
    let urls = ["http://a.test/", "http://b.test/", "http://c.test/"];
    let outcomes = collect(settings, urls, |_| async {
        sleep(SECOND * 4).await;
        Ok(())
    })
    .await;
    for outcome in outcomes {
        assert_eq!(kind(&outcome), None);
        assert_eq!((outcome.attempts, outcome.elapsed), (1, SECOND * 4));
    }
}

#[tokio::test(start_paused = true)]
async fn extreme_settings_do_not_panic() {
    let settings = Settings {
        max_concurrency: usize::MAX.try_into().unwrap(),
        max_per_host: usize::MAX.try_into().unwrap(),
        retry: RetryPolicy {
            max_attempts: u32::MAX.try_into().unwrap(),
            base_delay: Duration::MAX,
            multiplier: f64::INFINITY,
        },
        max_delay: Duration::MAX,
        max_retry_after: Duration::MAX,
        stall_timeout: Duration::MAX,
        host_interval: Duration::MAX,
        host_patience: Duration::MAX,
        max_waiting: usize::MAX,
        deadline: Duration::MAX,
        ..settings()
    };
    let outcome = outcome_of(settings, || ready(Err(busy_for(Duration::MAX)))).await;
    assert_eq!(
        kind(&outcome),
        Some(FailureKind::Deadline),
        "the longest delay is past any deadline"
    );
}

#[tokio::test(start_paused = true)]
async fn a_spent_budget_is_in_the_message_and_the_kind_is_the_last_failures() {
    let urls = (0..100).map(|index| format!("http://a.test/{index}"));
    let outcomes = collect::<_, _, ()>(settings(), urls, |_| ready(Err(status(500)))).await;
    let spent: Vec<_> = outcomes
        .into_iter()
        .filter(|outcome| outcome.attempts < 3)
        .collect();
    assert!(!spent.is_empty());
    for outcome in spent {
        assert_eq!(kind(&outcome), Some(FailureKind::Status));
        assert_eq!(
            message(outcome),
            "answered 500 Internal Server Error; not retried: too many requests to this host fail"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_saves_up_for_at_most_a_hundred_retries() {
    let mut settings = settings();
    settings.retry.max_attempts = u32::MAX.try_into().unwrap();
    settings.retry.base_delay = Duration::ZERO;
    settings.max_per_host = 1.try_into().unwrap();
    let good = (0..1_000).map(|index| format!("http://a.test/{index}"));
    let urls = good.chain(["http://a.test/down".to_owned()]);
    let outcomes = collect(settings, urls, |request| {
        let down = request.url.path() == "/down";
        ready(if down { Err(status(500)) } else { Ok(()) })
    })
    .await;
    assert_eq!(outcomes[1_000].attempts, 1 + 100);
}

#[tokio::test(start_paused = true)]
async fn a_host_is_scheme_name_and_port() {
    let urls = [
        "http://a.test/1",
        "http://A.test:80/2",
        "http://user@a.test/3",
        "http://a.test:81/",
        "https://a.test/",
        "http://b.test/",
    ];
    let settings = Settings {
        max_per_host: 1.try_into().unwrap(),
        ..settings()
    };
    let start = Instant::now();
    let outcomes = collect(settings, urls, move |_| async move {
        sleep(SECOND).await;
        Ok(start.elapsed().as_secs())
    })
    .await;
    let seconds: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| outcome.result.unwrap())
        .collect();
    assert_eq!(seconds, [1, 2, 3, 1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_caps_hold_in_total_and_for_each_host() {
    let settings = Settings {
        max_concurrency: 6.try_into().unwrap(),
        max_per_host: 2.try_into().unwrap(),
        ..settings()
    };
    let all = ConcurrencyMeter::default();
    let hosts: Arc<[ConcurrencyMeter]> = (0..5).map(|_| ConcurrencyMeter::default()).collect();
    let (meter, meters) = (all.clone(), Arc::clone(&hosts));
    let urls = (0..50).map(|index| format!("http://{}.test/{index}", index % 5));
    collect(settings, urls, move |request| {
        let host = usize::try_from(request.index % 5).unwrap();
        let in_flight = (meter.enter(), meters[host].enter());
        async move {
            let _in_flight = in_flight;
            sleep(SECOND).await;
            Ok(())
        }
    })
    .await;
    assert_eq!(all.peak(), 6);
    assert!(hosts.iter().all(|host| host.peak() == 2));
}

#[tokio::test(start_paused = true)]
async fn urls_are_accepted_only_while_those_that_wait_leave_room() {
    let settings = Settings {
        max_concurrency: 1.try_into().unwrap(),
        max_waiting: 200, // two lines and a part of a third
        ..settings()
    };
    let accepted = AtomicU64::new(0);
    let urls = stream::iter(0..20).map(|index| {
        accepted.fetch_add(1, Ordering::Relaxed);
        format!("http://a.test/{index}")
    });
    let mut outcomes = pin!(stream(settings, urls, pending(), |_| ready(Ok(()))));
    let mut done = 0;
    while within_limit(outcomes.next()).await.is_some() {
        done += 1;
        // A slow consumer. One more outcome may be ready to be received.
        sleep(SECOND).await;
        assert!(accepted.load(Ordering::Relaxed) <= done + 2 + 3);
    }
    assert_eq!((done, accepted.load(Ordering::Relaxed)), (20, 20));
}

#[tokio::test(start_paused = true)]
async fn an_outcome_is_yielded_while_the_source_is_pending() {
    let urls = stream::iter(ONE.map(str::to_owned)).chain(stream::pending());
    let mut outcomes = pin!(stream(settings(), urls, pending(), |_| ready(Ok(()))));
    let first = within_limit(outcomes.next()).await;
    assert_eq!(first.unwrap().index, 0);
    let next = timeout(SECOND, outcomes.next()).await;
    assert!(next.is_err(), "the source may yield another URL");
}

#[tokio::test(start_paused = true)]
async fn when_stopped_every_accepted_url_has_an_outcome() {
    let settings = Settings {
        max_concurrency: 2.try_into().unwrap(),
        max_waiting: 200, // two lines and a part of a third
        ..settings()
    };
    let started = Arc::new(AtomicU32::new(0));
    let urls = stream::iter((0..).map(|index| format!("http://a.test/{index}")));
    let attempts = Arc::clone(&started);
    let attempt = move |request: Arc<Request>| {
        attempts.fetch_add(1, Ordering::Relaxed);
        async move {
            request.record_status(StatusCode::OK);
            request.record_bytes(7);
            pending::<Result<(), _>>().await
        }
    };
    let outcomes = stream(settings, urls, sleep(SECOND), attempt);
    let mut outcomes: Vec<_> = within_limit(outcomes.collect()).await;

    outcomes.sort_by_key(|outcome| outcome.index);
    assert_eq!(outcomes.len(), 5);
    for (index, outcome) in outcomes.iter().enumerate() {
        assert_eq!(
            (outcome.index, kind(outcome)),
            (index as u64, Some(FailureKind::Cancelled))
        );
        let expected = if index < 2 { SECOND } else { Duration::ZERO };
        assert_eq!(outcome.elapsed, expected, "since its first attempt");
    }
    // What the attempts recorded until then is not lost.
    let seen: Vec<_> = outcomes
        .iter()
        .map(|outcome| (outcome.attempts, outcome.bytes))
        .collect();
    assert_eq!(seen, [(1, 7), (1, 7), (0, 0), (0, 0), (0, 0)]);
    // The permits that the first two released have not started another attempt.
    assert_eq!(started.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_after_the_last_url_cancels_the_pending_ones() {
    let urls = stream::iter(ONE.map(str::to_owned));
    let attempt = |_| pending::<Result<(), _>>();
    let outcomes = stream(settings(), urls, sleep(SECOND), attempt);
    let kinds = outcomes.map(|outcome| kind(&outcome));
    let kinds: Vec<_> = within_limit(kinds.collect()).await;
    assert_eq!(kinds, [Some(FailureKind::Cancelled)]);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_stream_cancels_the_attempts() {
    let meter = ConcurrencyMeter::default();
    let attempts = meter.clone();
    let run = collect(
        settings(),
        ["http://a.test/", "http://b.test/"],
        move |_| {
            let in_flight = attempts.enter();
            async move {
                let _in_flight = in_flight;
                pending::<Result<(), _>>().await
            }
        },
    );
    assert!(timeout(SECOND, run).await.is_err());
    assert_eq!(meter.peak(), 2);
    // Dropping the stream does not wait for them: they stop when they are polled next.
    sleep(Duration::ZERO).await;
    tokio::task::yield_now().await;
    assert_eq!(meter.in_flight(), 0);
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_an_attempt_cancels_the_others_and_resumes_in_the_caller() {
    let meter = ConcurrencyMeter::default();
    let attempts = meter.clone();
    let run = tokio::spawn(async move {
        collect(
            settings(),
            ["http://a.test/", "http://b.test/"],
            move |request| {
                let in_flight = attempts.enter();
                async move {
                    let _in_flight = in_flight;
                    sleep(SECOND * (1 + u32::try_from(request.index).unwrap())).await;
                    assert_ne!(request.index, 0, "a bug in the attempt");
                    Ok(())
                }
            },
        )
        .await
    });
    let panic = within_limit(run).await.unwrap_err().into_panic();
    assert!(
        panic
            .downcast_ref::<String>()
            .unwrap()
            .contains("a bug in the attempt")
    );
    assert_eq!((meter.peak(), meter.in_flight()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn the_outcome_has_the_last_status_and_the_bytes_of_the_last_attempt() {
    let attempts = AtomicU32::new(0);
    let outcomes = collect(settings(), ONE, move |request: Arc<Request>| {
        let first = attempts.fetch_add(1, Ordering::Relaxed) == 0;
        if first {
            request.record_status(StatusCode::BAD_GATEWAY);
            request.record_bytes(100);
            return ready(Err(status(502)));
        }
        request.record_bytes(3);
        ready(Err(AttemptError::Send("reset".into())))
    })
    .await;
    let outcome: &Outcome<()> = &outcomes[0];
    assert_eq!(outcome.status, Some(StatusCode::BAD_GATEWAY));
    assert_eq!((outcome.bytes, outcome.attempts), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_run_can_be_spawned() {
    let task = tokio::spawn(async {
        let urls = stream::iter(ONE.map(str::to_owned));
        let outcomes = stream(settings(), urls, sleep(SECOND), |_| ready(Ok(())));
        outcomes.count().await
    });
    assert_eq!(within_limit(task).await.unwrap(), 1);
}

#[test]
fn retry_after_is_seconds_or_a_date_and_anything_else_is_ignored() {
    // Fri, 06 Nov 2026 08:49:37 GMT
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_954_977);
    assert_eq!(retry_after(&HeaderMap::new(), now), None);

    let absurd = "9".repeat(1000);
    for (value, expected) in [
        ("0", Some(Duration::ZERO)),
        ("120", Some(SECOND * 120)),
        ("00007", Some(SECOND * 7)),
        (" 7 ", Some(SECOND * 7)),
        ("18446744073709551615", Some(Duration::from_secs(u64::MAX))),
        ("18446744073709551616", Some(Duration::MAX)),
        (&absurd, Some(Duration::MAX)),
        // The three formats of a date.
        ("Fri, 06 Nov 2026 08:49:47 GMT", Some(SECOND * 10)),
        ("Friday, 06-Nov-26 08:49:47 GMT", Some(SECOND * 10)),
        ("Fri Nov  6 08:49:47 2026", Some(SECOND * 10)),
        (" Fri, 06 Nov 2026 08:49:37 GMT ", Some(Duration::ZERO)),
        ("Fri, 06 Nov 2026 08:49:36 GMT", None),
        ("", None),
        (" ", None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("1e3", None),
        ("0x10", None),
        ("1 second", None),
        ("10, 20", None),
        ("soon", None),
        ("٣", None),
        ("2026-11-06T08:49:47Z", None),
        ("Fri, 99 Nov 2026 99:99:99 GMT", None),
        ("\u{FF}", None),
    ] {
        let header = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        let headers = HeaderMap::from_iter([(RETRY_AFTER, header)]);
        assert_eq!(retry_after(&headers, now), expected, "{value:?}");
    }
}

#[test]
fn retry_after_as_a_date_counts_from_the_date_of_the_response() {
    let mut headers = HeaderMap::new();
    headers.insert("Date", "Fri, 31 Dec 1999 23:59:00 GMT".parse().unwrap());
    headers.insert(
        "Retry-After",
        "Fri, 31 Dec 1999 23:59:59 GMT".parse().unwrap(),
    );
    for now in [SystemTime::UNIX_EPOCH, SystemTime::now()] {
        assert_eq!(retry_after(&headers, now), Some(SECOND * 59));
    }
}
