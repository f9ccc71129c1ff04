//! What one fetch promises: a result, or an error that says which URL and what went wrong.

use std::collections::HashSet;
use std::time::Duration;

use step1_fetcher::{FetchError, FetchResult, client, fetch_url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

const NO_DELAY: Duration = Duration::ZERO;

async fn server_that_answers(response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path("/page"))
        .respond_with(response)
        .mount(&server)
        .await;
    server
}

async fn fetch_from(server: &MockServer) -> Result<FetchResult, FetchError> {
    let url = format!("{}/page", server.uri());
    fetch_url(&client(), &url, NO_DELAY).await
}

#[tokio::test]
async fn a_good_answer_gives_the_url_the_status_and_the_body() {
    let server = server_that_answers(ResponseTemplate::new(201).set_body_string("héllo")).await;

    let result = fetch_from(&server).await.unwrap();

    assert_eq!(result.url, format!("{}/page", server.uri()));
    assert_eq!(result.status, 201);
    assert_eq!(result.body, "héllo");
}

#[tokio::test]
async fn results_can_be_compared_and_put_in_a_set() {
    let server = server_that_answers(ResponseTemplate::new(200).set_body_string("same")).await;

    let first = fetch_from(&server).await.unwrap();
    let second = fetch_from(&server).await.unwrap();

    assert_eq!(first, second);
    assert_eq!(HashSet::from([first, second]).len(), 1);
}

#[tokio::test]
async fn every_status_but_2xx_is_an_error_that_names_it() {
    for code in [204, 304, 404, 503] {
        let server = server_that_answers(ResponseTemplate::new(code)).await;

        let result = fetch_from(&server).await;

        let Err(error) = result else {
            assert_eq!(code, 204, "this is not 2xx, and was taken for a page");
            continue;
        };
        assert!(
            matches!(error, FetchError::Status { status, .. } if status == code),
            "{error}"
        );
        assert!(error.to_string().contains("/page answered"), "{error}");
        assert!(error.to_string().contains(&code.to_string()), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_before_the_delay_is_over() {
    // A scheme that is refused without a socket: on a paused clock there must be none.
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

#[tokio::test(start_paused = true)]
async fn a_delay_of_zero_takes_no_time() {
    let start = Instant::now();
    let _ = fetch_url(&client(), "ftp://example.test/", NO_DELAY).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn an_empty_or_relative_url_is_an_error_that_shows_it() {
    for url in ["", "/users", "example.test/users", "http://"] {
        let error = fetch_url(&client(), url, NO_DELAY).await.unwrap_err();

        // `example.test/users` has no colon, and so no scheme.
        assert!(matches!(error, FetchError::InvalidUrl { .. }), "{error}");
        let words = format!("{url:?} is not an absolute URL");
        assert!(error.to_string().starts_with(&words), "{error}");
    }
}

#[tokio::test]
async fn a_scheme_other_than_http_is_an_error_that_names_it() {
    for (url, scheme) in [
        ("ftp://example.test/", "ftp"),
        ("mailto:a@example.test", "mailto"),
    ] {
        let error = fetch_url(&client(), url, NO_DELAY).await.unwrap_err();

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
async fn a_host_that_refuses_is_an_error_with_its_reason() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);

    let error = fetch_url(&client(), &url, NO_DELAY).await.unwrap_err();

    assert!(matches!(error, FetchError::Request { .. }), "{error}");
    // The system's own words follow; they differ from one system to another.
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
    let (result, ()) = tokio::join!(fetch_url(&client, &url, NO_DELAY), server);

    let error = result.unwrap_err();
    assert!(matches!(error, FetchError::Body { .. }), "{error}");
    assert!(error.to_string().contains("broke off"), "{error}");
}

#[tokio::test]
async fn a_body_that_is_not_utf8_is_an_error_and_nothing_is_replaced() {
    let latin_1 = b"caf\xe9".to_vec();
    let server =
        server_that_answers(ResponseTemplate::new(200).set_body_bytes(latin_1.clone())).await;

    let error = fetch_from(&server).await.unwrap_err();

    assert!(error.to_string().contains("not UTF-8"), "{error}");
    let FetchError::NotUtf8 { source, .. } = error else {
        panic!("a different error: {error}");
    };
    assert_eq!(source.into_bytes(), latin_1);
}

#[tokio::test]
async fn a_fetch_that_is_dropped_is_not_undone() {
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
        _ = fetch_from(&server) => unreachable!("the answer is a minute away"),
        () = arrived => {}
    }

    // Nobody waits any more, and the server has the request all the same.
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_gives_up_on_a_socket_that_would_have_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let client = client();

    // The server has done nothing wrong: it had no time. Waiting for it looks like having nothing
    // to do, and the clock moves on to the next timeout. Hence no test here pauses both.
    let fetch = timeout(Duration::from_secs(5), fetch_url(&client, &url, NO_DELAY));
    assert!(fetch.await.is_err());
    drop(listener);
}
