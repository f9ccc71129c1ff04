//! A fetch returns a page, or an error that names the URL and the cause.

use std::io::ErrorKind;
use std::time::Duration;

use reqwest::Client;
use step1_fetcher::{FetchError, FetchResult, client, fetch_url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep, timeout};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

const NO_DELAY: Duration = Duration::ZERO;

/// A test that waits for longer has failed.
const LIMIT: Duration = Duration::from_secs(30);

async fn server_that_answers(response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path("/page"))
        .respond_with(response)
        .mount(&server)
        .await;
    server
}

async fn fetch_from(server: &MockServer, client: &Client) -> Result<FetchResult, FetchError> {
    let url = format!("{}/page", server.uri());
    timeout(LIMIT, fetch_url(client, &url, NO_DELAY))
        .await
        .expect("the fetch does not end")
}

#[tokio::test]
async fn a_good_answer_gives_the_url_the_status_and_the_body() {
    let server = server_that_answers(ResponseTemplate::new(201).set_body_string("héllo")).await;

    let result = fetch_from(&server, &client()).await.unwrap();

    assert_eq!(result.url, format!("{}/page", server.uri()));
    assert_eq!(result.status, 201);
    assert_eq!(result.body, "héllo");
}

#[tokio::test]
async fn every_2xx_status_gives_a_page() {
    let client = client();
    for code in [200, 204, 299] {
        let server = server_that_answers(ResponseTemplate::new(code)).await;

        let page = fetch_from(&server, &client).await.unwrap();

        assert_eq!(page.status, code);
    }
}

#[tokio::test]
async fn every_status_but_2xx_is_an_error_that_names_it() {
    let client = client();
    for code in [304, 404, 503] {
        let server = server_that_answers(ResponseTemplate::new(code)).await;

        let Err(error) = fetch_from(&server, &client).await else {
            panic!("the status {code} gave a page");
        };

        assert!(
            matches!(error, FetchError::Status { status, .. } if status == code),
            "{error}"
        );
        assert!(error.to_string().contains("/page answered"), "{error}");
        assert!(error.to_string().contains(&code.to_string()), "{error}");
    }
}

/// A server whose page `/0` is good, and whose page `/n` redirects to the page before it.
async fn server_that_redirects() -> MockServer {
    let server = MockServer::start().await;
    for page in 0..=11 {
        let answer = match page {
            0 => ResponseTemplate::new(200).set_body_string("here"),
            _ => ResponseTemplate::new(302).insert_header("location", format!("/{}", page - 1)),
        };
        let this = Mock::given(path(format!("/{page}")));
        this.respond_with(answer).mount(&server).await;
    }
    server
}

#[tokio::test]
async fn ten_redirects_are_followed_and_the_page_has_the_url_as_given() {
    let server = server_that_redirects().await;
    let url = format!("{}/10", server.uri());

    let fetch = fetch_url(&client(), &url, NO_DELAY).await;

    let page = fetch.unwrap();
    assert_eq!((page.url, page.status.as_u16()), (url, 200));
    assert_eq!(page.body, "here");
}

#[tokio::test]
async fn an_eleventh_redirect_is_an_error_with_its_reason() {
    let server = server_that_redirects().await;
    let url = format!("{}/11", server.uri());

    let error = fetch_url(&client(), &url, NO_DELAY).await.unwrap_err();

    assert!(matches!(error, FetchError::Request { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        format!("{url} could not be reached: too many redirects")
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_before_the_delay_is_over() {
    // On a paused clock no answer comes from a socket, so the URL has a scheme that is not fetched.
    let just_before = Duration::from_secs(3600);
    let delay = just_before + Duration::from_millis(1);
    let client = client();
    let mut fetch = Box::pin(fetch_url(&client, "ftp://example.test/", delay));
    let start = Instant::now();

    let early = timeout(just_before, &mut fetch).await;
    assert!(early.is_err());

    assert!(fetch.await.is_err());
    assert_eq!(start.elapsed(), delay);
}

/// A listener whose `accept` does not wait: it returns an error while no client has connected.
fn nonblocking_listener() -> (std::net::TcpListener, String) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

fn is_connected(listener: &std::net::TcpListener) -> bool {
    match listener.accept() {
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::WouldBlock => false,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_good_url_is_not_asked_before_the_delay_is_over() {
    let (listener, url) = nonblocking_listener();
    let just_before = Duration::from_secs(3600);
    let client = client();
    let delay = just_before + Duration::from_millis(1);
    let mut fetch = Box::pin(fetch_url(&client, &url, delay));

    assert!(timeout(just_before, &mut fetch).await.is_err());
    assert!(!is_connected(&listener));

    let just_behind = Duration::from_millis(2);
    assert!(timeout(just_behind, &mut fetch).await.is_err());
    assert!(is_connected(&listener));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_before_the_first_poll() {
    let (listener, url) = nonblocking_listener();
    let client = client();

    let fetch = fetch_url(&client, &url, NO_DELAY);
    sleep(Duration::from_secs(3600)).await;
    assert!(!is_connected(&listener));

    assert!(timeout(LIMIT, fetch).await.is_err());
    assert!(is_connected(&listener));
}

#[tokio::test(start_paused = true)]
async fn a_client_has_no_timeout() {
    // The client connects, and the server never answers.
    let (_listener, url) = nonblocking_listener();
    let a_day = Duration::from_secs(24 * 3600);

    let result = timeout(a_day, fetch_url(&client(), &url, NO_DELAY)).await;

    assert!(result.is_err(), "the client gave up: {result:?}");
}

#[tokio::test]
async fn an_empty_or_relative_url_is_an_error_that_shows_it() {
    let client = client();
    for url in ["", "/users", "example.test/users", "http://"] {
        let error = fetch_url(&client, url, NO_DELAY).await.unwrap_err();

        // `example.test/users` has no colon, and so no scheme.
        assert!(matches!(error, FetchError::InvalidUrl { .. }), "{error}");
        let start = format!("{url:?} is not an absolute URL");
        assert!(error.to_string().starts_with(&start), "{error}");
    }
}

#[tokio::test]
async fn a_scheme_other_than_http_is_an_error_that_names_it() {
    let client = client();
    for (url, scheme) in [
        ("ftp://example.test/", "ftp"),
        ("mailto:a@example.test", "mailto"),
    ] {
        let error = fetch_url(&client, url, NO_DELAY).await.unwrap_err();

        assert!(
            matches!(error, FetchError::UnsupportedScheme { .. }),
            "{error}"
        );
        assert_eq!(
            error.to_string(),
            format!("{url} has the scheme {scheme:?}; only http and https can be fetched"),
        );
    }
}

#[tokio::test]
async fn a_refused_connection_is_an_error_with_its_reason() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);

    let error = fetch_url(&client(), &url, NO_DELAY).await.unwrap_err();

    assert!(matches!(error, FetchError::Request { .. }), "{error}");
    // The rest of the message is the operating system's and differs from system to system.
    assert!(
        error
            .to_string()
            .starts_with(&format!("{url} could not be reached: ")),
        "{error}"
    );
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_body_cut_short_is_an_error_and_not_a_short_body() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        let _ = connection.read(&mut [0; 1024]).await.unwrap();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this";
        connection.write_all(answer).await.unwrap();
    };

    let client = client();
    let both = async { tokio::join!(fetch_url(&client, &url, NO_DELAY), server) };
    let (result, ()) = timeout(LIMIT, both).await.expect("the fetch does not end");

    let error = result.unwrap_err();
    assert!(matches!(error, FetchError::Body { .. }), "{error}");
    assert!(error.to_string().contains("broke off"), "{error}");
}

#[tokio::test]
async fn a_body_that_is_not_utf8_is_an_error_and_nothing_is_replaced() {
    let latin_1 = b"caf\xe9".to_vec();
    let answer =
        ResponseTemplate::new(200).set_body_raw(latin_1.clone(), "text/plain; charset=iso-8859-1");
    let server = server_that_answers(answer).await;

    let error = fetch_from(&server, &client()).await.unwrap_err();

    assert!(error.to_string().contains("not UTF-8"), "{error}");
    let FetchError::NotUtf8 { source, .. } = error else {
        panic!("a different error: {error}");
    };
    assert_eq!(source.into_bytes(), latin_1);
}

#[tokio::test]
async fn a_fetch_that_is_dropped_is_not_undone() {
    let client = client();
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    let server = server_that_answers(slow).await;
    let arrived = async {
        while server
            .received_requests()
            .await
            .is_none_or(|requests| requests.is_empty())
        {
            tokio::task::yield_now().await;
        }
    };

    tokio::select! {
        _ = fetch_from(&server, &client) => panic!("the server answers only after a minute"),
        () = arrived => {}
    }

    // The fetch was dropped, but the server has received the request.
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_reaches_a_timeout_before_a_socket_can_answer() {
    let answer = ResponseTemplate::new(200).set_delay(Duration::from_millis(200));
    let server = server_that_answers(answer).await;
    let url = format!("{}/page", server.uri());
    let client = client();

    // While the test waits for the server, no task is ready, so the paused clock jumps to the
    // timeout. Hence no other test expects an answer on a paused clock.
    let paused = timeout(LIMIT, fetch_url(&client, &url, NO_DELAY)).await;
    assert!(paused.is_err(), "an answer on a paused clock: {paused:?}");

    tokio::time::resume();
    let running = timeout(LIMIT, fetch_url(&client, &url, NO_DELAY)).await;
    assert!(running.expect("no answer on a running clock").is_ok());
}
