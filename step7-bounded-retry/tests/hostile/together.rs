//! All of it at once.

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use step7_bounded_retry::engine::{self, AttemptError, Http, Kind, Request, Settings};
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::server::{Server, refusing};
use crate::{HANG, http, kind, settings};

/// Every fault, how it ends, and after how many attempts.
const FAULTS: [(&str, Option<Kind>, u32); 20] = [
    ("/good", None, 1),
    ("/flaky", None, 3),
    ("/body-without-a-length", None, 1),
    ("/hangs-up", Some(Kind::Transport), 3),
    ("/resets", Some(Kind::Transport), 3),
    ("/garbage", Some(Kind::Transport), 3),
    ("/endless-headers", Some(Kind::Transport), 3),
    ("/half", Some(Kind::Transport), 3),
    ("/resets-in-body", Some(Kind::Transport), 3),
    ("/chunked-without-an-end", Some(Kind::Transport), 3),
    ("/chunk-of-no-size", Some(Kind::Transport), 3),
    ("/stalls", Some(Kind::Timeout), 3),
    ("/stalls-in-headers", Some(Kind::Timeout), 3),
    ("/stalls-in-body", Some(Kind::Timeout), 3),
    ("/endless-body", Some(Kind::BodyTooLarge), 1),
    ("/loop", Some(Kind::Redirect), 1),
    ("/answer?status=404", Some(Kind::Status), 1),
    ("/answer?status=503", Some(Kind::Status), 3),
    (
        "/answer?status=429&Retry-After=61",
        Some(Kind::RetryAfter),
        1,
    ),
    ("/missing-stalls", Some(Kind::Status), 1),
];

/// So many of one server's URLs can fail three times before its retry budget is spent.
const OF_ONE_SERVER: usize = 4;
const SERVERS_OF_A_FAULT: usize = 3;
const GOOD: usize = 100;

/// Those that stall are given less time than the others, which may need it on a busy machine.
async fn attempt(http: Http, request: Arc<Request>) -> Result<StatusCode, AttemptError> {
    let mut body = tokio::io::sink();
    let get = http.get(&request, &mut body);
    let after = Duration::from_millis(10);
    if request.url.path().starts_with("/stalls") {
        let result = timeout(after, get).await;
        result.unwrap_or(Err(AttemptError::Timeout { after }))
    } else {
        get.await
    }
}

#[tokio::test]
async fn all_faults_at_once_leave_nothing_behind_and_keep_nobody_from_the_good_ones() {
    let mut servers = Vec::new();
    let mut expected = Vec::new();
    for _ in 0..SERVERS_OF_A_FAULT {
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
    let (_port, refused) = refusing();
    expected.push((refused, Some(Kind::Transport), 3));
    expected.push((servers[0].secure_url("/good"), Some(Kind::Tls), 1));
    expected.push(("nonsense".into(), Some(Kind::InvalidUrl), 0));
    fastrand::shuffle(&mut expected);
    let good = Server::start().await;
    expected.extend(vec![(good.url("/good"), None, 1); GOOD]);
    servers.push(good);

    let alive = Handle::current().metrics().num_alive_tasks();
    let small = Settings {
        max_concurrency: 16.try_into().unwrap(),
        max_per_host: 4.try_into().unwrap(),
        window: Some(64.try_into().unwrap()),
        ..settings()
    };
    let http = http();
    let urls: Vec<_> = expected.iter().map(|(url, ..)| url.clone()).collect();
    let outcomes = engine::collect(small, urls, move |request| attempt(http.clone(), request));
    let outcomes = timeout(HANG, outcomes).await.expect("it hangs");

    assert_eq!(outcomes.len(), expected.len());
    for (outcome, (url, expected, attempts)) in outcomes.iter().zip(&expected) {
        assert_eq!(&outcome.url, url);
        assert_eq!(
            (kind(outcome), outcome.attempts),
            (*expected, *attempts),
            "{outcome:?}"
        );
        assert!(outcome.elapsed < small.deadline);
    }

    // The client is gone with the last attempt, and so are its connections.
    let gone = async {
        for server in &servers {
            server.is_left_alone().await;
        }
        while Handle::current().metrics().num_alive_tasks() > alive {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(HANG, gone).await.expect("something is left behind");
}
