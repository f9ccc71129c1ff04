//! The rules of the engine, one at a time, on a paused clock and without a socket.

use std::future::{pending, ready};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use reqwest::StatusCode;
use step3_taskgroup::TaskName;
use step7_bounded_retry::engine::{
    AttemptError, Failure, Jitter, Kind, Outcome, Request, Settings, collect, partition, stream,
    strict,
};
use step7_bounded_retry::{ConcurrencyMeter, RetryPolicy};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);
const ONE: [&str; 1] = ["http://a.test/"];

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

/// The outcome of a single URL, all of whose attempts end like this.
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

fn kind<T>(outcome: &Outcome<T>) -> Option<Kind> {
    outcome.result.as_ref().err().map(Failure::kind)
}

fn message<T: std::fmt::Debug>(outcome: Outcome<T>) -> String {
    outcome.result.unwrap_err().to_string()
}

#[tokio::test(start_paused = true)]
async fn collecting_gives_one_outcome_for_each_url_in_input_order() {
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
async fn strict_gives_every_result_or_every_failure() {
    let attempt = |request: Arc<Request>| {
        ready(match request.url.path() {
            "/" => Ok(request.index),
            _ => Err(status(404)),
        })
    };
    let results = strict(settings(), ["http://a.test/", "http://b.test/"], attempt).await;
    assert_eq!(results.unwrap(), [0, 1]);

    let urls = ["http://a.test/missing", "http://a.test/", "nonsense"];
    let errors = strict(settings(), urls, attempt).await.unwrap_err();
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
async fn a_partition_keeps_the_results_beside_the_failures_each_in_order() {
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
async fn streaming_gives_each_outcome_as_it_comes() {
    let urls = stream::iter([3, 1, 2].map(|seconds| format!("http://a.test/{seconds}")));
    let start = Instant::now();
    let attempt = |request: Arc<Request>| async move {
        sleep(SECOND * request.url.path()[1..].parse().unwrap()).await;
        Ok(())
    };
    let outcomes = stream(settings(), urls, pending(), attempt);
    let seen = outcomes.map(|outcome| (outcome.index, start.elapsed().as_secs()));
    assert_eq!(seen.collect::<Vec<_>>().await, [(1, 1), (2, 2), (0, 3)]);
}

#[tokio::test(start_paused = true)]
async fn a_url_that_cannot_be_fetched_gets_no_attempt() {
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
        assert_eq!(kind(&outcome), Some(Kind::InvalidUrl), "{}", outcome.url);
        assert_eq!(outcome.attempts, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_url_may_be_as_long_as_http_allows() {
    let [longest, too_long] =
        [65_534, 65_535].map(|length| format!("{:a<length$}", "http://a.test/"));
    let outcomes = collect(settings(), [longest, too_long], |_| ready(Ok(()))).await;
    assert!(outcomes[0].result.is_ok());
    assert_eq!(kind(&outcomes[1]), Some(Kind::InvalidUrl));
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_may_pass_is_retried_until_no_attempt_is_left() {
    let start = Instant::now();
    let outcome = outcome_of(settings(), || ready(Err(status(500)))).await;
    assert_eq!((kind(&outcome), outcome.attempts), (Some(Kind::Status), 3));
    assert_eq!(
        start.elapsed(),
        SECOND * 3,
        "1 s and 2 s of backoff, and none at the end"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_terminal_is_not_retried() {
    for code in [301, 400, 401, 404, 410, 418, 501, 505] {
        let outcome = outcome_of(settings(), move || ready(Err(status(code)))).await;
        assert_eq!(
            (kind(&outcome), outcome.attempts),
            (Some(Kind::Status), 1),
            "{code}"
        );
    }
    for code in [408, 429, 500, 502, 503, 504, 599] {
        let outcome = outcome_of(settings(), move || ready(Err(status(code)))).await;
        assert_eq!(
            (kind(&outcome), outcome.attempts),
            (Some(Kind::Status), 3),
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

#[tokio::test(start_paused = true)]
async fn retry_after_is_a_floor_under_the_backoff() {
    let outcome = outcome_of(settings(), || ready(Err(busy_for(SECOND * 10)))).await;
    assert_eq!(outcome.elapsed, SECOND * (10 + 1 + 10 + 2));
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_heard_with_429_and_503_alone() {
    for (code, seconds) in [(429, 23), (503, 23), (500, 3), (408, 3)] {
        let outcome = outcome_of(settings(), move || {
            ready(Err(AttemptError::Status {
                status: StatusCode::from_u16(code).unwrap(),
                retry_after: Some(SECOND * 10),
            }))
        });
        assert_eq!(outcome.await.elapsed, SECOND * seconds, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_beyond_the_maximum_ends_it_at_once_and_is_said() {
    let outcome = outcome_of(settings(), || ready(Err(busy_for(SECOND * 61)))).await;
    assert_eq!(
        (kind(&outcome), outcome.attempts),
        (Some(Kind::RetryAfter), 1)
    );
    assert_eq!(outcome.elapsed, Duration::ZERO);
    assert_eq!(
        message(outcome),
        "answered 503 Service Unavailable, and asks to wait for 61s; we wait for 60s at most"
    );
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
    assert_eq!((kind(&outcome), outcome.attempts), (Some(Kind::Timeout), 3));
    assert_eq!(outcome.elapsed, SECOND * (30 + 1 + 30 + 2 + 30));
    assert_eq!((dropped.peak(), dropped.in_flight()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_an_attempt_and_says_how_the_one_before_failed() {
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
        (Some(Kind::Deadline), 2)
    );
    assert_eq!(outcome.elapsed, SECOND * 10);
    assert_eq!(
        message(outcome),
        "not done within 10s; the last attempt: answered 500 Internal Server Error"
    );
}

#[tokio::test(start_paused = true)]
async fn a_delay_past_the_deadline_is_not_slept() {
    let mut settings = settings();
    settings.deadline = SECOND * 2;
    let outcome = outcome_of(settings, || ready(Err(status(500)))).await;
    assert_eq!(
        (kind(&outcome), outcome.attempts),
        (Some(Kind::Deadline), 2)
    );
    assert_eq!(outcome.elapsed, SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_counts_from_being_taken_in_and_so_does_the_wait_for_a_permit() {
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
    assert_eq!(
        outcomes.iter().map(kind).collect::<Vec<_>>(),
        [None, Some(Kind::Deadline), Some(Kind::Deadline)]
    );
    let attempts: Vec<_> = outcomes.iter().map(|outcome| outcome.attempts).collect();
    assert_eq!(attempts, [1, 1, 0]);
    assert!(
        outcomes[1..]
            .iter()
            .all(|outcome| outcome.elapsed == SECOND * 5)
    );
}

#[tokio::test(start_paused = true)]
async fn the_longest_durations_and_the_largest_numbers_are_no_trouble() {
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
        attempt_timeout: Duration::MAX,
        deadline: Duration::MAX,
        ..settings()
    };
    let outcome = outcome_of(settings, || ready(Err(busy_for(Duration::MAX)))).await;
    assert_eq!(
        kind(&outcome),
        Some(Kind::Deadline),
        "a delay for ever is past any deadline"
    );
}

#[tokio::test(start_paused = true)]
async fn a_spent_budget_is_said_and_the_kind_is_that_of_the_last_failure() {
    let urls = (0..20).map(|index| format!("http://a.test/{index}"));
    let outcomes = collect::<_, _, ()>(settings(), urls, |_| ready(Err(status(500)))).await;
    let spent: Vec<_> = outcomes
        .into_iter()
        .filter(|outcome| outcome.attempts < 3)
        .collect();
    assert!(!spent.is_empty());
    for outcome in spent {
        assert_eq!(kind(&outcome), Some(Kind::Status));
        assert_eq!(
            message(outcome),
            "answered 500 Internal Server Error; not tried again, as too many of this host's requests fail"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_budget_saves_up_for_a_hundred_retries_and_no_more() {
    let mut settings = settings();
    settings.retry.max_attempts = u32::MAX.try_into().unwrap();
    settings.retry.base_delay = Duration::ZERO;
    settings.window = Some(1.try_into().unwrap());
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
    let outcomes = collect(settings, urls, |_| async {
        sleep(SECOND).await;
        Ok(())
    })
    .await;
    let seconds: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.elapsed.as_secs())
        .collect();
    assert_eq!(seconds, [1, 2, 3, 1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_caps_hold_over_all_and_for_each_host() {
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
async fn urls_are_taken_in_only_while_there_is_room_in_the_window() {
    let settings = Settings {
        max_concurrency: 1.try_into().unwrap(),
        window: Some(3.try_into().unwrap()),
        ..settings()
    };
    let taken_in = AtomicU64::new(0);
    let urls = stream::iter(0..20).map(|index| {
        taken_in.fetch_add(1, Ordering::Relaxed);
        format!("http://a.test/{index}")
    });
    let mut outcomes = pin!(stream(settings, urls, pending(), |_| ready(Ok(()))));
    let mut done = 0;
    while outcomes.next().await.is_some() {
        done += 1;
        // Somebody who is slow to ask. One outcome is his, and one lies ready for him.
        sleep(SECOND).await;
        assert!(taken_in.load(Ordering::Relaxed) <= done + 1 + 3);
    }
    assert_eq!((done, taken_in.load(Ordering::Relaxed)), (20, 20));
}

#[tokio::test(start_paused = true)]
async fn an_outcome_comes_while_the_source_has_nothing_more_to_say_yet() {
    let urls = stream::iter(ONE.map(str::to_owned)).chain(stream::pending());
    let mut outcomes = pin!(stream(settings(), urls, pending(), |_| ready(Ok(()))));
    assert_eq!(outcomes.next().await.unwrap().index, 0);
    let next = timeout(SECOND, outcomes.next()).await;
    assert!(next.is_err(), "the source may still say something");
}

#[tokio::test(start_paused = true)]
async fn when_it_is_stopped_every_url_that_was_taken_in_has_an_outcome() {
    let settings = Settings {
        max_concurrency: 2.try_into().unwrap(),
        window: Some(5.try_into().unwrap()),
        ..settings()
    };
    let begun = Arc::new(AtomicU32::new(0));
    let urls = stream::iter((0..).map(|index| format!("http://a.test/{index}")));
    let attempts = Arc::clone(&begun);
    let attempt = move |request: Arc<Request>| {
        attempts.fetch_add(1, Ordering::Relaxed);
        async move {
            request.saw_response(StatusCode::OK);
            request.saw_bytes(7);
            pending::<Result<(), _>>().await
        }
    };
    let outcomes = stream(settings, urls, sleep(SECOND), attempt);
    let mut outcomes: Vec<_> = outcomes.collect().await;

    outcomes.sort_by_key(|outcome| outcome.index);
    assert_eq!(outcomes.len(), 5);
    for (index, outcome) in outcomes.iter().enumerate() {
        assert_eq!(
            (outcome.index, kind(outcome)),
            (index as u64, Some(Kind::Cancelled))
        );
        assert_eq!(outcome.elapsed, SECOND);
    }
    // What the attempts saw until then is not lost.
    let seen: Vec<_> = outcomes
        .iter()
        .map(|outcome| (outcome.attempts, outcome.bytes))
        .collect();
    assert_eq!(seen, [(1, 7), (1, 7), (0, 0), (0, 0), (0, 0)]);
    // The permits that the first two gave back have sent nobody on his way.
    assert_eq!(begun.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_after_the_last_url_was_taken_in_stops_what_is_pending() {
    let urls = stream::iter(ONE.map(str::to_owned));
    let attempt = |_| pending::<Result<(), _>>();
    let outcomes = stream(settings(), urls, sleep(SECOND), attempt);
    let kinds: Vec<_> = outcomes.map(|outcome| kind(&outcome)).collect().await;
    assert_eq!(kinds, [Some(Kind::Cancelled)]);
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
    // Nobody waits for them: they stop at their next turn.
    sleep(Duration::ZERO).await;
    tokio::task::yield_now().await;
    assert_eq!(meter.in_flight(), 0);
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_an_attempt_stops_the_others_and_goes_on_in_the_caller() {
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
    let panic = run.await.unwrap_err().into_panic();
    assert!(
        panic
            .downcast_ref::<String>()
            .unwrap()
            .contains("a bug in the attempt")
    );
    assert_eq!((meter.peak(), meter.in_flight()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn the_outcome_has_the_last_response_and_the_bytes_of_the_last_attempt() {
    let attempts = AtomicU32::new(0);
    let outcomes = collect(settings(), ONE, move |request: Arc<Request>| {
        let first = attempts.fetch_add(1, Ordering::Relaxed) == 0;
        if first {
            request.saw_response(StatusCode::BAD_GATEWAY);
            request.saw_bytes(100);
            return ready(Err(status(502)));
        }
        request.saw_bytes(3);
        ready(Err(AttemptError::Send("reset".into())))
    })
    .await;
    let outcome: &Outcome<()> = &outcomes[0];
    assert_eq!(outcome.status, Some(StatusCode::BAD_GATEWAY));
    assert_eq!((outcome.bytes, outcome.attempts), (3, 3));
}

/// The attempts at twenty URLs of a host that is down, and at twenty more when so many other hosts
/// have gone by.
async fn attempts_before_and_after(others: usize) -> (Vec<u32>, Vec<u32>) {
    let settings = Settings {
        window: Some(1.try_into().unwrap()),
        ..settings()
    };
    let one = || (0..20).map(|_| "http://one.test/".to_owned());
    let crowd = (0..others).map(|index| format!("http://{index}.test/"));
    let urls = one().chain(crowd).chain(one());
    let outcomes = collect::<_, _, ()>(settings, urls, move |request| {
        let down = request.url.host_str() == Some("one.test");
        ready(if down { Err(status(500)) } else { Ok(()) })
    })
    .await;
    let attempts: Vec<_> = outcomes.iter().map(|outcome| outcome.attempts).collect();
    (attempts[..20].to_vec(), attempts[20 + others..].to_vec())
}

#[tokio::test(start_paused = true)]
async fn a_host_that_nobody_has_asked_for_a_long_time_begins_anew() {
    let (before, after) = attempts_before_and_after(2_000).await;
    assert!(before.contains(&1), "its budget was spent");
    assert_eq!(after, before);
}

#[tokio::test(start_paused = true)]
async fn a_host_is_remembered_while_a_few_others_go_by() {
    let (before, after) = attempts_before_and_after(500).await;
    assert_eq!(before[0], 3);
    assert_eq!(after[0], 1, "its budget is still spent");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_busy_is_not_forgotten_however_many_others_go_by() {
    let settings = Settings {
        max_per_host: 1.try_into().unwrap(),
        ..settings()
    };
    let slow = || ["http://slow.test/".to_owned()];
    let crowd = (0..2_000).map(|index| format!("http://{index}.test/"));
    let urls = slow().into_iter().chain(crowd).chain(slow());
    let outcomes = collect(settings, urls, |request| async move {
        if request.url.host_str() == Some("slow.test") {
            sleep(SECOND).await;
        }
        Ok(())
    })
    .await;
    assert_eq!(outcomes[0].elapsed, SECOND);
    assert_eq!(outcomes[2_001].elapsed, SECOND * 2, "one at a time");
}

#[tokio::test(start_paused = true)]
async fn a_run_can_be_a_task_of_its_own() {
    let task = tokio::spawn(async {
        let urls = stream::iter(ONE.map(str::to_owned));
        let outcomes = stream(settings(), urls, sleep(SECOND), |_| ready(Ok(())));
        outcomes.count().await
    });
    assert_eq!(task.await.unwrap(), 1);
}
