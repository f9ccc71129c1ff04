//! No response, or one that is not HTTP.

use std::time::Duration;

use step7_bounded_retry::engine::{FailureKind, Settings};

use tokio::time::timeout;

use crate::server::{Server, refusing};
use crate::{LIMIT, fetch, fetch_one, http, impatient, kind, message, settings, summary};

const TRANSPORT: (Option<FailureKind>, u32, Option<u16>, u64) =
    (Some(FailureKind::Transport), 3, None, 0);

#[tokio::test]
async fn a_server_that_does_not_answer_in_http_is_retried() {
    let server = Server::start().await;
    for target in [
        "/hangs-up",
        "/resets",
        "/garbage",
        "/hangs-up-in-headers",
        "/endless-headers",
        "/two-lengths",
    ] {
        let outcome = fetch_one(settings(), server.url(target)).await;
        assert_eq!(summary(&outcome), TRANSPORT, "{target}: {outcome:?}");
    }
    // Endless headers are read twice, the second time with room for more.
    assert_eq!(server.requests(), 6 * 3 + 3);
}

#[tokio::test]
async fn a_refused_connection_is_retried() {
    let (_port, url) = refusing();
    let outcome = fetch_one(settings(), url).await;

    assert_eq!(summary(&outcome), TRANSPORT);
    let message = message(outcome).to_lowercase();
    assert!(message.contains("refused"), "{message}");
}

#[tokio::test]
async fn an_unknown_host_is_retried() {
    // The label is too long for a DNS query, so no network is needed.
    let url = format!("http://{}.invalid/", "a".repeat(64));
    let outcome = fetch_one(settings(), url).await;
    assert_eq!(summary(&outcome), TRANSPORT);
}

#[tokio::test]
async fn a_server_that_stalls_before_the_body_times_out_and_is_retried() {
    let server = Server::start().await;
    let targets = ["/stalls", "/stalls-in-headers", "/endless-information"];
    let urls = targets.map(|target| server.url(target));

    let http = http();
    for outcome in fetch(impatient(), &http, &urls).await {
        let expected = (Some(FailureKind::Timeout), 3, None, 0);
        assert_eq!(summary(&outcome), expected, "{outcome:?}");
    }
    // The connections are closed, not kept in the client for another request.
    timeout(LIMIT, server.has_no_connections()).await.unwrap();
    drop(http);
}

#[tokio::test]
async fn the_deadline_closes_the_connection_to_a_server_that_stalls() {
    let server = Server::start().await;
    let urls = ["/stalls", "/stalls-in-body"].map(|target| server.url(target));
    let short = Settings {
        deadline: Duration::from_millis(20),
        ..settings()
    };
    let http = http();
    for outcome in fetch(short, &http, &urls).await {
        assert_eq!(kind(&outcome), Some(FailureKind::Deadline), "{outcome:?}");
    }
    timeout(LIMIT, server.has_no_connections()).await.unwrap();
    drop(http);
}

#[tokio::test]
async fn https_to_a_server_without_tls_is_of_kind_tls_and_not_retried() {
    let server = Server::start().await;
    let outcome = fetch_one(settings(), server.secure_url("/good")).await;

    assert_eq!(summary(&outcome), (Some(FailureKind::Tls), 1, None, 0));
    let message = message(outcome);
    assert!(message.starts_with("no secure connection: "), "{message}");
}

#[tokio::test]
async fn a_connection_closed_between_two_requests_costs_no_attempt() {
    for target in ["/closes-after-each", "/answers-once", "/408-when-reused"] {
        let server = Server::start().await;
        let one_at_a_time = Settings {
            max_per_host: 1.try_into().unwrap(),
            ..settings()
        };
        let urls = vec![server.url(target); 2];

        for outcome in fetch(one_at_a_time, &http(), &urls).await {
            let expected = (None, 1, Some(200), 5);
            assert_eq!(summary(&outcome), expected, "{target}: {outcome:?}");
        }
    }
}
