//! The three fetchers, over real sockets.

use std::time::Duration;

use step1_fetcher::{FetchError, FetchResult, client};
use step2_gather::{fetch_all_collecting, fetch_all_strict, fetch_all_try_join};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
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

/// Reads a request, which is small enough to arrive at once. False if the client has closed the
/// connection instead.
async fn receives_a_request(connection: &mut TcpStream) -> bool {
    let received = connection.read(&mut [0; 1024]).await;
    received.is_ok_and(|bytes| bytes > 0)
}

async fn listen(name: &str) -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/{name}", listener.local_addr().unwrap());
    (listener, url)
}

/// Fetches two URLs, the second of which fails while the first waits for its answer. Does the first
/// fetch go on after that?
async fn first_goes_on_after_second_fails(
    fetch_all: impl AsyncFnOnce([String; 2]) -> Result<Vec<FetchResult>, FetchError>,
) -> bool {
    let (slow, slow_url) = listen("slow").await;
    let (boom, boom_url) = listen("boom").await;
    let servers = async {
        let (mut slow, _) = slow.accept().await.unwrap();
        assert!(receives_a_request(&mut slow).await);
        let (mut boom, _) = boom.accept().await.unwrap();
        assert!(receives_a_request(&mut boom).await);
        let answer = b"HTTP/1.1 500 Boom\r\ncontent-length: 0\r\n\r\n";
        boom.write_all(answer).await.unwrap();
        slow
    };

    let both = async { tokio::join!(fetch_all([slow_url, boom_url]), servers) };
    let (result, mut slow) = within_limit(both).await;
    assert!(matches!(result, Err(FetchError::Status { status, .. }) if status == 500));

    // A fetch that goes on follows this redirect. The write fails if the fetch was dropped.
    let answer = b"HTTP/1.1 302 Found\r\nlocation: /next\r\ncontent-length: 0\r\n\r\n";
    let _ = slow.write_all(answer).await;
    within_limit(receives_a_request(&mut slow)).await
}

#[tokio::test]
async fn a_failure_in_strict_leaves_the_other_fetches_running() {
    let client = client();

    let goes_on =
        first_goes_on_after_second_fails(async |urls| fetch_all_strict(&client, urls).await).await;

    assert!(goes_on);
}

#[tokio::test]
async fn a_failure_in_try_join_drops_the_other_fetches() {
    let client = client();

    let goes_on =
        first_goes_on_after_second_fails(async |urls| fetch_all_try_join(&client, urls).await)
            .await;

    assert!(!goes_on);
}
