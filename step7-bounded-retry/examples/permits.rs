//! What a permit covers: one attempt, or a URL from its first attempt to its last. Three URLs are on a host
//! that is busy for a while, and seven on another one.
//!
//! With `--json`, the same for several numbers of permits and several times at which the host answers
//! again: one object a line. The website of the lessons shows them; the first one is what it begins with.

use std::num::NonZeroUsize;
use std::time::Duration;

use reqwest::StatusCode;
use step4_compare::{
    Caller, CallerResult, Mode, Recording, Timeline, on_virtual_time, render_text,
};
use step7_bounded_retry::RetryPolicy;
use step7_bounded_retry::engine::{AttemptError, Jitter, Settings, collect};
use tokio::time::{Instant, sleep};

const URLS: [&str; 10] = [
    "http://busy.test/1",
    "http://calm.test/1",
    "http://busy.test/2",
    "http://calm.test/2",
    "http://busy.test/3",
    "http://calm.test/3",
    "http://calm.test/4",
    "http://calm.test/5",
    "http://calm.test/6",
    "http://calm.test/7",
];

const PERMITS: [usize; 3] = [2, 1, 3];
const BUSY_MS: [u64; 7] = [60, 0, 20, 40, 80, 100, 120];

fn main() {
    let run = |permits, busy_ms, held| on_virtual_time(fetch_all(permits, busy_ms, held));
    if std::env::args().nth(1).as_deref() != Some("--json") {
        let runs = [false, true].map(|held| run(PERMITS[0], BUSY_MS[0], held));
        println!("{}", render_text(&runs));
        return;
    }
    for permits in PERMITS {
        for busy_ms in BUSY_MS {
            for held in [false, true] {
                let timeline = run(permits, busy_ms, held).to_json();
                println!(
                    r#"{{"permits":{permits},"busy_ms":{busy_ms},"held_while_sleeping":{held},"timeline":{timeline}}}"#
                );
            }
        }
    }
}

async fn fetch_all(permits: usize, busy_ms: u64, held: bool) -> Timeline {
    let settings = Settings {
        max_concurrency: NonZeroUsize::new(permits).expect("at least one"),
        // Without a backoff: here only a Retry-After delays an attempt.
        retry: RetryPolicy {
            base_delay: Duration::ZERO,
            ..RetryPolicy::default()
        },
        jitter: Jitter::None,
        ..Settings::default()
    };
    let recording = Recording::begin();
    let free_at = Instant::now() + Duration::from_millis(busy_ms);
    let recorded = recording.clone();
    let outcomes = collect(settings, URLS, move |request| {
        let (recorded, index) = (recorded.clone(), request.index);
        let attempt = move || attempt(recorded.clone(), index, free_at);
        async move {
            loop {
                match attempt().await {
                    // To the engine, all attempts of the URL are one. The permit is held.
                    Err(AttemptError::Status {
                        retry_after: Some(pause),
                        ..
                    }) if held => sleep(pause).await,
                    result => return result,
                }
            }
        }
    })
    .await;
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));

    recording.caller_returned();
    let mut events = recording.events();
    events
        .ended
        .sort_by_key(|(index, attempt)| (*index, attempt.start_ms));
    let covers = if held { "a URL" } else { "one attempt" };
    Timeline {
        scenario: format!("{permits} permits, each covers {covers}"),
        mode: Mode::TaskGroup,
        jobs: events
            .ended
            .into_iter()
            .map(|(_, attempt)| attempt)
            .collect(),
        caller: Caller {
            at_ms: events.caller_at_ms.unwrap_or_default(),
            result: CallerResult::Ok,
            message: None,
        },
    }
}

/// An answer takes 20 ms. Until `free_at`, that of the busy host is a 503, which says how long to wait.
async fn attempt(recording: Recording, index: u64, free_at: Instant) -> Result<(), AttemptError> {
    let index = usize::try_from(index).expect("one of ten");
    let name = URLS[index]
        .trim_start_matches("http://")
        .replace(".test", "");
    let attempt = recording.start(index, &name);
    sleep(Duration::from_millis(20)).await;
    let pause = free_at.saturating_duration_since(Instant::now());
    if pause.is_zero() || name.starts_with("calm") {
        attempt.completed();
        return Ok(());
    }
    attempt.failed("503");
    Err(AttemptError::Status {
        status: StatusCode::SERVICE_UNAVAILABLE,
        retry_after: Some(pause),
    })
}
