//! A response whose body is faulty.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use step7_bounded_retry::engine::{self, FailureKind};
use tokio::io::AsyncReadExt;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::server::Server;
use crate::{LIMIT, fetch, fetch_one, http, impatient, kind, message, settings, summary};

#[tokio::test]
async fn a_body_that_is_cut_short_is_fetched_again() {
    let server = Server::start().await;
    for target in ["/half", "/chunked-without-an-end", "/chunk-of-no-size"] {
        let outcome = fetch_one(settings(), server.url(target)).await;
        // The bytes of one attempt, and not of three.
        let expected = (Some(FailureKind::Transport), 3, Some(200), 5);
        assert_eq!(summary(&outcome), expected, "{target}: {outcome:?}");
        let message = message(outcome);
        assert!(message.starts_with("the body failed: "), "{message}");
    }
    assert_eq!(server.requests(), 3 * 3);
}

#[tokio::test]
async fn a_body_that_is_reset_is_fetched_again() {
    let server = Server::start().await;
    let outcome = fetch_one(settings(), server.url("/resets-in-body")).await;

    // A reset discards data that was not read yet, so the status and the bytes may be missing.
    assert_eq!(
        (kind(&outcome), outcome.attempts),
        (Some(FailureKind::Transport), 3)
    );
}

#[tokio::test]
async fn the_bytes_are_those_of_the_last_attempt() {
    let server = Server::start().await;
    let outcome = fetch_one(settings(), server.url("/half-then-busy")).await;
    assert_eq!(
        summary(&outcome),
        (Some(FailureKind::Status), 3, Some(503), 4)
    );
}

#[tokio::test]
async fn a_body_that_stalls_is_timed_out_and_fetched_again() {
    let server = Server::start().await;
    let outcome = fetch_one(impatient(), server.url("/stalls-in-body")).await;

    assert_eq!(
        (kind(&outcome), outcome.attempts),
        (Some(FailureKind::Timeout), 3)
    );
    assert_eq!(message(outcome), "no answer within 10ms");
}

#[tokio::test]
async fn the_outcome_has_the_bytes_of_an_attempt_that_was_dropped() {
    let server = Server::start().await;
    let urls = stream::iter([server.url("/stalls-in-body")]);
    let (body, mut read) = tokio::io::duplex(100);
    let body = Arc::new(tokio::sync::Mutex::new(body));
    let (stop, stopped) = oneshot::channel();
    let http = http();
    let attempt = move |request: Arc<engine::Request>| {
        let (http, body) = (http.clone(), Arc::clone(&body));
        async move { http.get(&request, &mut *body.lock().await).await }
    };
    let stopped = async { stopped.await.unwrap() };
    let outcomes = engine::stream(settings(), urls, stopped, attempt).collect::<Vec<_>>();
    let stop_half_way = async {
        read.read_exact(&mut [0; 5]).await.unwrap();
        stop.send(()).unwrap();
    };

    let (outcomes, ()) = timeout(LIMIT, async { tokio::join!(outcomes, stop_half_way) })
        .await
        .unwrap();
    assert_eq!(outcomes.len(), 1);
    assert_eq!(
        summary(&outcomes[0]),
        (Some(FailureKind::Cancelled), 1, Some(200), 5)
    );
    timeout(LIMIT, server.has_no_connections()).await.unwrap();
}

#[tokio::test]
async fn an_endless_body_is_too_large_and_is_not_fetched_again() {
    let server = Server::start().await;
    let outcome = fetch_one(settings(), server.url("/endless-body")).await;

    let (_, _, status, bytes) = summary(&outcome);
    assert_eq!(kind(&outcome), Some(FailureKind::BodyTooLarge));
    assert_eq!((outcome.attempts, status), (1, Some(200)));
    let limit = http().max_body;
    assert!(limit < bytes && bytes < limit * 100, "{bytes}");
    assert_eq!(message(outcome), "the body is longer than 65536 bytes");
    timeout(LIMIT, server.has_no_connections()).await.unwrap();
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit() {
    let server = Server::start().await;
    let url = [server.url("/good")];
    for (max_body, expected) in [
        (5, (None, 1, Some(200), 5)),
        // Its Content-Length is enough to know.
        (4, (Some(FailureKind::BodyTooLarge), 1, Some(200), 0)),
    ] {
        let mut http = http();
        http.max_body = max_body;
        let outcomes = fetch(settings(), &http, &url).await;
        assert_eq!(summary(&outcomes[0]), expected);
    }
}

#[tokio::test]
async fn a_body_without_a_length_ends_with_its_connection() {
    let server = Server::start().await;
    let outcome = fetch_one(settings(), server.url("/body-without-a-length")).await;
    assert_eq!(summary(&outcome), (None, 1, Some(200), 5));
}
