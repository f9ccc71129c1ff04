//! A status that is not 2xx.

use step7_bounded_retry::engine::Kind;

use tokio::time::timeout;

use crate::server::Server;
use crate::{HANG, fetch, fetch_one, http, settings, summary};

#[tokio::test]
async fn a_status_is_terminal_or_retried() {
    let server = Server::start().await;
    let url = |status: u16| server.url(&format!("/answer?status={status}"));

    for status in [
        400, 401, 403, 404, 410, 418, 425, 451, 499, 501, 505, 600, 999,
    ] {
        let outcome = fetch_one(settings(), url(status)).await;
        let expected = (Some(Kind::Status), 1, Some(status), 0);
        assert_eq!(summary(&outcome), expected);
    }
    for status in [408, 429, 500, 502, 503, 504, 507, 599] {
        let outcome = fetch_one(settings(), url(status)).await;
        let expected = (Some(Kind::Status), 3, Some(status), 0);
        assert_eq!(summary(&outcome), expected);
    }
    for status in [200, 201, 203, 204, 206, 299] {
        let outcome = fetch_one(settings(), url(status)).await;
        assert_eq!(summary(&outcome), (None, 1, Some(status), 0));
    }
}

#[tokio::test]
async fn a_path_that_is_busy_twice_is_fetched_with_the_third_attempt() {
    let server = Server::start().await;
    let outcome = fetch_one(settings(), server.url("/flaky")).await;
    assert_eq!(summary(&outcome), (None, 3, Some(200), 5));
}

#[tokio::test]
async fn a_refusal_is_one_also_when_its_body_has_no_end() {
    let server = Server::start().await;
    let targets = ["/missing-stalls", "/busy-stalls", "/missing-without-an-end"];
    let urls = targets.map(|target| server.url(target));
    let outcomes = fetch(settings(), &http(), &urls).await;

    let seen: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            let (kind, attempts, status, _) = summary(outcome);
            (kind, attempts, status)
        })
        .collect();
    let missing = (Some(Kind::Status), 1, Some(404));
    assert_eq!(seen, [missing, (None, 2, Some(200)), missing]);
    timeout(HANG, server.is_left_alone()).await.unwrap();
}

#[tokio::test]
async fn the_body_of_a_refusal_is_read_so_that_its_connection_can_be_used_again() {
    let server = Server::start().await;
    let (http, url) = (http(), [server.url("/missing-at-length")]);
    for _ in 0..10 {
        let outcomes = fetch(settings(), &http, &url).await;
        let expected = (Some(Kind::Status), 1, Some(404), 60_000);
        assert_eq!(summary(&outcomes[0]), expected);
    }
    // The next request does not always wait for the connection of the one before.
    assert!(server.connections() < 10);
}
