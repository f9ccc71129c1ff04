//! Five URLs, two attempts at a time: what is retried, when, and what runs in between.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::StatusCode;
use step4_compare::{Caller, CallerResult, JobLane, Mode, Outcome, Timeline, render_text};
use step7_bounded_retry::RetryPolicy;
use step7_bounded_retry::engine::{AttemptError, Jitter, Settings, collect};
use tokio::time::{Instant, sleep};

const URLS: [&str; 5] = [
    "http://one.test/steady",
    "http://one.test/flaky",
    "http://two.test/busy",
    "http://two.test/gone",
    "http://two.test/stuck",
];

const ATTEMPT_TIMEOUT_MS: u64 = 20;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let settings = Settings {
        max_concurrency: 2.try_into().expect("not zero"),
        retry: RetryPolicy {
            base_delay: Duration::from_millis(10),
            ..RetryPolicy::default()
        },
        jitter: Jitter::None,
        stall_timeout: Duration::from_millis(ATTEMPT_TIMEOUT_MS),
        ..Settings::default()
    };
    let start = Instant::now();
    let attempts = Attempts::default();
    let recorded = Arc::clone(&attempts);
    let outcomes = collect(settings, URLS, move |request| {
        record(
            path(request.url.as_str()).to_owned(),
            start,
            Arc::clone(&recorded),
        )
    })
    .await;

    let mut attempts = attempts.lock().unwrap().clone();
    attempts.sort_by_key(|attempt| {
        URLS.iter()
            .position(|url| attempt.name.starts_with(path(url)))
    });
    let timeline = Timeline {
        scenario: "five URLs, two attempts at a time".to_owned(),
        mode: Mode::TaskGroup,
        jobs: attempts,
        caller: Caller {
            at_ms: since(start),
            result: CallerResult::Ok,
            message: None,
        },
    };
    println!("{}\n", render_text(&[timeline]));
    for outcome in outcomes {
        let end = match outcome.result {
            Ok(()) => "ok".to_owned(),
            Err(failure) => format!("{}: {failure}", failure.kind()),
        };
        println!(
            "{:<6}  attempts: {}  {end}",
            path(&outcome.url),
            outcome.attempts
        );
    }
}

/// The attempts in the order in which they started.
type Attempts = Arc<Mutex<Vec<JobLane>>>;

/// One attempt. Until it ends, it is recorded as one that times out.
async fn record(path: String, start: Instant, attempts: Attempts) -> Result<(), AttemptError> {
    let (index, name) = {
        let mut attempts = attempts.lock().unwrap();
        let before = attempts
            .iter()
            .filter(|attempt| attempt.name.starts_with(&path));
        let name = format!("{path} {}", before.count() + 1);
        attempts.push(JobLane {
            name: name.clone(),
            start_ms: since(start),
            end_ms: since(start) + ATTEMPT_TIMEOUT_MS,
            outcome: Outcome::Failed,
            orphan: false,
            error: Some("timeout".to_owned()),
        });
        (attempts.len() - 1, name)
    };

    let result = answer(&name).await;
    let lane = &mut attempts.lock().unwrap()[index];
    lane.end_ms = since(start);
    lane.error = result.as_ref().err().map(ToString::to_string);
    if result.is_ok() {
        lane.outcome = Outcome::Completed;
    }
    result
}

/// The server's answer to an attempt, after ten milliseconds.
async fn answer(attempt: &str) -> Result<(), AttemptError> {
    sleep(Duration::from_millis(10)).await;
    let refuse = |status, retry_after| {
        Err(AttemptError::Status {
            status,
            retry_after,
        })
    };
    match attempt {
        "flaky 1" | "flaky 2" => refuse(StatusCode::BAD_GATEWAY, None),
        "busy 1" => refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            Some(Duration::from_millis(40)),
        ),
        "gone 1" => refuse(StatusCode::GONE, None),
        "stuck 1" | "stuck 2" | "stuck 3" => pending().await,
        _ => Ok(()),
    }
}

fn path(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

fn since(start: Instant) -> u64 {
    start.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
}
