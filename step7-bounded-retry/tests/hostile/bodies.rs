//! A response, and something is the matter with its body.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use step7_bounded_retry::engine::{self, Http, Kind};
use tokio::io::AsyncReadExt;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::server::Server;
use crate::{HANG, fetch, fetch_one, http, impatient, kind, message, settings, summary};

#[tokio::test]
async fn a_body_that_is_cut_short_is_fetched_again() {
    let server = Server::start().await;
    for target in ["/half", "/chunked-without-an-end", "/chunk-of-no-size"] {
        let outcome = fetch_one(settings(), server.url(target)).await;
        // The bytes of one attempt, and not of three.
        let expected = (Some(Kind::Transport), 3, Some(200), 5);
        assert_eq!(summary(&outcome), expected, "{target}: {outcome:?}");
        let message = message(outcome);
        assert!(message.starts_with("the body broke off: "), "{message}");
    }
    assert_eq!(server.requests(), 3 * 3);
}

#[tokio::test]
async fn a_body_that_is_reset_is_fetched_again() {
    let server = Server::start().await;
    let outcome = fetch_one(settings(), server.url("/resets-in-body")).await;

    // A reset overtakes what came before it, so that there may be neither a status nor bytes.
    assert_eq!(
        (kind(&outcome), outcome.attempts),
        (Some(Kind::Transport), 3)
    );
}

#[tokio::test]
async fn the_bytes_are_those_of_the_last_attempt() {
    let server = Server::start().await;
    let outcome = fetch_one(settings(), server.url("/half-then-busy")).await;
    assert_eq!(summary(&outcome), (Some(Kind::Status), 3, Some(503), 4));
}

#[tokio::test]
async fn a_body_that_stalls_is_timed_out_and_fetched_again() {
    let server = Server::start().await;
    let outcome = fetch_one(impatient(), server.url("/stalls-in-body")).await;

    assert_eq!((kind(&outcome), outcome.attempts), (Some(Kind::Timeout), 3));
    assert_eq!(message(outcome), "no answer within 20ms");
}

#[tokio::test]
async fn what_came_of_a_body_is_known_also_when_its_attempt_is_dropped() {
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

    let (outcomes, ()) = timeout(HANG, async { tokio::join!(outcomes, stop_half_way) })
        .await
        .unwrap();
    assert_eq!(outcomes.len(), 1);
    assert_eq!(
        summary(&outcomes[0]),
        (Some(Kind::Cancelled), 1, Some(200), 5)
    );
    timeout(HANG, server.is_left_alone()).await.unwrap();
}

#[tokio::test]
async fn a_body_without_an_end_is_too_large_and_is_not_fetched_again() {
    let server = Server::start().await;
    let outcome = fetch_one(settings(), server.url("/endless-body")).await;

    let (_, _, status, bytes) = summary(&outcome);
    assert_eq!(kind(&outcome), Some(Kind::BodyTooLarge));
    assert_eq!((outcome.attempts, status), (1, Some(200)));
    let limit = http().max_body;
    assert!(limit < bytes && bytes < limit * 100, "{bytes}");
    assert_eq!(message(outcome), "the body is longer than 65536 bytes");
    timeout(HANG, server.is_left_alone()).await.unwrap();
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit() {
    let server = Server::start().await;
    let url = [server.url("/good")];
    for (max_body, expected) in [
        (5, (None, 1, Some(200), 5)),
        (4, (Some(Kind::BodyTooLarge), 1, Some(200), 5)),
    ] {
        let http = Http { max_body, ..http() };
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

#[tokio::test]
async fn a_client_that_does_not_ask_for_gzip_takes_the_body_as_it_comes() {
    let server = Server::start().await;
    let outcome = fetch_one(settings(), server.url("/no-gzip")).await;
    assert_eq!(summary(&outcome), (None, 1, Some(200), 5));
}
