//! Statuses, and error responses.

use step7_bounded_retry::engine::FailureKind;

use tokio::time::timeout;

use crate::server::Server;
use crate::{LIMIT, fetch, fetch_one, http, settings, summary};

#[tokio::test]
async fn a_status_is_a_success_final_or_retried() {
    let server = Server::start().await;
    let url = |status: u16| server.url(&format!("/answer?status={status}"));

    for status in [404, 501, 600, 999] {
        let outcome = fetch_one(settings(), url(status)).await;
        let expected = (Some(FailureKind::Status), 1, Some(status), 0);
        assert_eq!(summary(&outcome), expected);
    }
    for status in [408, 429, 503] {
        let outcome = fetch_one(settings(), url(status)).await;
        let expected = (Some(FailureKind::Status), 3, Some(status), 0);
        assert_eq!(summary(&outcome), expected);
    }
    for status in [200, 204, 206, 299] {
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
async fn an_error_response_counts_even_if_its_body_never_ends() {
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
    let missing = (Some(FailureKind::Status), 1, Some(404));
    assert_eq!(seen, [missing, (None, 2, Some(200)), missing]);
    timeout(LIMIT, server.has_no_connections()).await.unwrap();
}

#[tokio::test]
async fn the_body_of_an_error_response_is_read_so_that_its_connection_is_reused() {
    let server = Server::start().await;
    let (http, url) = (http(), [server.url("/missing-at-length")]);
    for _ in 0..10 {
        let outcomes = fetch(settings(), &http, &url).await;
        let expected = (Some(FailureKind::Status), 1, Some(404), 60_000);
        assert_eq!(summary(&outcomes[0]), expected);
    }
    // A request does not always wait for the connection of the one before.
    assert!(server.connections() < 10);
}
