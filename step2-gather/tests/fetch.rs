//! The three fetchers, over real sockets.

use std::time::Duration;

use step1_fetcher::{FetchError, client};
use step2_gather::{fetch_all_collecting, fetch_all_strict, fetch_all_try_join};
use tokio::time::timeout;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Answers `/a`, `/b` and `/c` with their names, and `/boom` with 500.
async fn server() -> MockServer {
    let server = MockServer::start().await;
    for name in ["a", "b", "c"] {
        let page = ResponseTemplate::new(200).set_body_string(name);
        Mock::given(path(name))
            .respond_with(page)
            .mount(&server)
            .await;
    }
    Mock::given(path("boom"))
        .respond_with(ResponseTemplate::new(500))
        .mount(&server)
        .await;
    server
}

/// A test that waits for longer has failed.
async fn within_limit<T>(fetches: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(30);
    timeout(limit, fetches)
        .await
        .expect("the fetches do not end")
}

fn urls<const N: usize>(server: &MockServer, names: [&str; N]) -> [String; N] {
    names.map(|name| format!("{}/{name}", server.uri()))
}

#[tokio::test]
async fn strict_gives_the_pages_in_input_order() {
    let server = server().await;

    let pages = within_limit(fetch_all_strict(&client(), urls(&server, ["c", "a", "b"])))
        .await
        .unwrap();

    let bodies: Vec<_> = pages.iter().map(|page| page.body.as_str()).collect();
    assert_eq!(bodies, ["c", "a", "b"]);
}

#[tokio::test]
async fn strict_gives_the_failure_when_any_url_fails() {
    let server = server().await;

    let result = within_limit(fetch_all_strict(&client(), urls(&server, ["a", "boom"]))).await;

    assert!(matches!(result, Err(FetchError::Status { status, .. }) if status == 500));
}

#[tokio::test]
async fn collecting_gives_a_page_or_a_failure_for_each_url_in_input_order() {
    let server = server().await;

    let results = within_limit(fetch_all_collecting(
        &client(),
        urls(&server, ["a", "boom", "b"]),
    ))
    .await;

    let [a, boom, b] = results.try_into().unwrap();
    assert_eq!(a.unwrap().body, "a");
    assert!(matches!(boom, Err(FetchError::Status { status, .. }) if status == 500));
    assert_eq!(b.unwrap().body, "b");
}

#[tokio::test]
async fn try_join_gives_the_pages_in_input_order_or_a_failure() {
    let server = server().await;
    let client = client();

    let pages = within_limit(fetch_all_try_join(&client, urls(&server, ["b", "a"])))
        .await
        .unwrap();
    assert_eq!(pages[0].body, "b");
    assert_eq!(pages[1].body, "a");

    let result = within_limit(fetch_all_try_join(&client, urls(&server, ["a", "boom"]))).await;
    assert!(matches!(result, Err(FetchError::Status { status, .. }) if status == 500));
}
