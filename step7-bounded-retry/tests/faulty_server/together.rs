//! All faults at once.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use step7_bounded_retry::engine::{self, AttemptError, FailureKind, Http, Request, Settings};
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::server::{Server, refusing};
use crate::{LIMIT, http, kind, settings};

/// Every fault, the kind of its failure, and the number of attempts.
const FAULTS: [(&str, Option<FailureKind>, u32); 20] = [
    ("/good", None, 1),
    ("/flaky", None, 3),
    ("/body-without-a-length", None, 1),
    ("/hangs-up", Some(FailureKind::Transport), 3),
    ("/resets", Some(FailureKind::Transport), 3),
    ("/garbage", Some(FailureKind::Transport), 3),
    ("/endless-headers", Some(FailureKind::Transport), 3),
    ("/half", Some(FailureKind::Transport), 3),
    ("/resets-in-body", Some(FailureKind::Transport), 3),
    ("/chunked-without-an-end", Some(FailureKind::Transport), 3),
    ("/chunk-of-no-size", Some(FailureKind::Transport), 3),
    ("/stalls", Some(FailureKind::Timeout), 3),
    ("/stalls-in-headers", Some(FailureKind::Timeout), 3),
    ("/stalls-in-body", Some(FailureKind::Timeout), 3),
    ("/endless-body", Some(FailureKind::BodyTooLarge), 1),
    ("/loop", Some(FailureKind::Redirect), 1),
    ("/answer?status=404", Some(FailureKind::Status), 1),
    ("/answer?status=502", Some(FailureKind::Status), 3),
    (
        "/answer?status=429&Retry-After=61",
        Some(FailureKind::RetryAfter),
        1,
    ),
    ("/missing-stalls", Some(FailureKind::Status), 1),
];

/// This many URLs of one server can fail three times before its retry budget is spent.
const OF_ONE_SERVER: usize = 4;
const GOOD: usize = 100;

/// Stalling paths have a short timeout; on a busy machine, the others may need more time.
async fn attempt(http: Http, request: Arc<Request>) -> Result<StatusCode, AttemptError> {
    let mut body = tokio::io::sink();
    let get = http.get(&request, &mut body);
    let after = Duration::from_millis(10);
    if request.url.path().starts_with("/stalls") {
        let result = timeout(after, get).await;
        result.unwrap_or(Err(AttemptError::Timeout {
            after,
            connected: true,
        }))
    } else {
        get.await
    }
}

#[tokio::test]
async fn all_faults_at_once_leave_nothing_running_and_good_urls_succeed() {
    let servers_of_a_fault = if env::var_os("LONG_TESTS").is_some() {
        5
    } else {
        1
    };
    let mut servers = Vec::new();
    let mut expected = Vec::new();
    for _ in 0..servers_of_a_fault {
        for (target, kind, attempts) in FAULTS {
            let server = Server::start().await;
            let more = if target.contains('?') { '&' } else { '?' };
            expected.extend((0..OF_ONE_SERVER).map(|n| {
                let url = server.url(&format!("{target}{more}n={n}"));
                (url, kind, attempts)
            }));
            servers.push(server);
        }
    }
    // The only URL of its host. If it were one of three, the host would be in trouble.
    let busy = Server::start().await;
    expected.push((busy.url("/answer?status=503"), Some(FailureKind::Status), 3));
    servers.push(busy);
    let (_port, refused) = refusing();
    expected.push((refused, Some(FailureKind::Transport), 3));
    expected.push((servers[0].secure_url("/good"), Some(FailureKind::Tls), 1));
    expected.push(("nonsense".into(), Some(FailureKind::InvalidUrl), 0));
    fastrand::shuffle(&mut expected);
    let good = Server::start().await;
    expected.extend(vec![(good.url("/good"), None, 1); GOOD]);
    servers.push(good);

    let alive = Handle::current().metrics().num_alive_tasks();
    let small = Settings {
        max_concurrency: 16.try_into().unwrap(),
        max_per_host: 4.try_into().unwrap(),
        max_waiting: 4096,
        ..settings()
    };
    let http = http();
    let urls: Vec<_> = expected.iter().map(|(url, ..)| url.clone()).collect();
    let outcomes = engine::collect(small, urls, move |request| attempt(http.clone(), request));
    let outcomes = timeout(LIMIT, outcomes).await.expect("the run hangs");

    assert_eq!(outcomes.len(), expected.len());
    for (outcome, (url, expected, attempts)) in outcomes.iter().zip(&expected) {
        assert_eq!(&outcome.url, url);
        assert_eq!(kind(outcome), *expected, "{outcome:?}");
        // The other URLs of a host with a long Retry-After may not have been tried.
        let untried = *expected == Some(FailureKind::RetryAfter) && outcome.attempts == 0;
        assert!(outcome.attempts == *attempts || untried, "{outcome:?}");
        assert!(outcome.elapsed < small.deadline);
    }
    let asked = outcomes
        .iter()
        .filter(|outcome| kind(outcome) == Some(FailureKind::RetryAfter));
    let asked: u32 = asked.map(|outcome| outcome.attempts).sum();
    assert!(asked >= servers_of_a_fault, "each of these hosts was asked");

    // The client is dropped with the last attempt, and its connections with it.
    let gone = async {
        for server in &servers {
            server.has_no_connections().await;
        }
        while Handle::current().metrics().num_alive_tasks() > alive {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(LIMIT, gone)
        .await
        .expect("a task or a connection is left");
}
