//! The article's core: policy, meter, retries, and the three runners over real sockets.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use step1_fetcher::{FetchError, FetchResult, client};
use step3_taskgroup::{ErrorGroup, TaskGroup, TaskName};
use step7_bounded_retry::{
    ConcurrencyMeter, FetchOutcome, RetryPolicy, classify_error, fetch_all_taskgroup_strict,
    fetch_all_with_gather_retry, fetch_all_with_taskgroup_bounded, is_retriable_status, retry,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// No test here takes so long on any machine.
const LIMIT: Duration = Duration::from_secs(20);

async fn within_limit<F: Future>(test: F) -> F::Output {
    timeout(LIMIT, test).await.expect("the test hangs")
}

/// Answers `/flaky` with 503 twice and then with 200, `/missing` with 404, `/down` with 500, `/loop`
/// with a redirect to itself, and everything else with 200.
async fn server() -> MockServer {
    let server = MockServer::start().await;
    let status = ResponseTemplate::new;
    let circle = status(302).insert_header("location", "/loop");
    Mock::given(path("/flaky"))
        .respond_with(status(503))
        .up_to_n_times(2)
        .mount(&server)
        .await;
    for (route, answer) in [
        ("/missing", status(404)),
        ("/down", status(500)),
        ("/loop", circle),
    ] {
        Mock::given(path(route))
            .respond_with(answer)
            .mount(&server)
            .await;
    }
    Mock::given(wiremock::matchers::any())
        .respond_with(status(200).set_body_string("hello"))
        .mount(&server)
        .await;
    server
}

fn urls<const N: usize>(server: &MockServer, paths: [&str; N]) -> [String; N] {
    paths.map(|path| format!("{}{path}", server.uri()))
}

/// The paths of the requests, in the order in which they arrived.
async fn requested(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .map(|request| request.url.path().to_owned())
        .collect()
}

async fn gather<const N: usize>(urls: [String; N]) -> Vec<FetchOutcome> {
    let client = client();
    within_limit(fetch_all_with_gather_retry(
        &client,
        urls,
        RetryPolicy::default(),
    ))
    .await
}

async fn bounded<const N: usize>(
    urls: [String; N],
    policy: RetryPolicy,
    cap: usize,
    meter: &ConcurrencyMeter,
) -> Vec<FetchOutcome> {
    let (client, cap) = (client(), NonZeroUsize::new(cap).unwrap());
    within_limit(fetch_all_with_taskgroup_bounded(
        &client,
        urls,
        policy,
        cap,
        Some(meter),
    ))
    .await
}

async fn strict<const N: usize>(
    urls: [String; N],
    cap: usize,
) -> Result<Vec<FetchResult>, ErrorGroup<FetchError>> {
    let (client, cap) = (client(), NonZeroUsize::new(cap).unwrap());
    let policy = RetryPolicy::default();
    within_limit(fetch_all_taskgroup_strict(&client, urls, policy, cap)).await
}

/// The status of each outcome, or of its failure, and the number of attempts.
fn summary(outcomes: &[FetchOutcome]) -> Vec<(Option<u16>, u32)> {
    let status = |outcome: &FetchOutcome| match &outcome.result {
        Ok(page) => Some(page.status.as_u16()),
        Err(FetchError::Status { status, .. }) => Some(status.as_u16()),
        Err(_) => None,
    };
    outcomes
        .iter()
        .map(|outcome| (status(outcome), outcome.attempts))
        .collect()
}

#[test]
fn the_backoff_grows_by_the_multiplier() {
    let policy = RetryPolicy {
        base_delay: Duration::from_millis(100),
        ..RetryPolicy::default()
    };
    let delays = [1, 2, 3, 4].map(|attempt| policy.backoff(attempt).as_millis());
    assert_eq!(delays, [100, 200, 400, 800]);
}

#[test]
fn the_backoff_saturates_and_never_panics() {
    let second = Duration::from_secs(1);
    for (base_delay, multiplier, attempt, expected) in [
        (second, 2.0, 0, second),
        (second, 2.0, u32::MAX, Duration::MAX),
        (Duration::MAX, 1.0, 9, Duration::MAX),
        (Duration::MAX, 2.0, 9, Duration::MAX),
        (second, 0.0, 9, Duration::ZERO),
        (second, f64::INFINITY, 2, Duration::MAX),
        (second, f64::NAN, 2, Duration::ZERO),
        (second, -2.0, 2, Duration::ZERO),
        (Duration::ZERO, f64::INFINITY, 2, Duration::ZERO),
    ] {
        let policy = RetryPolicy {
            base_delay,
            multiplier,
            ..RetryPolicy::default()
        };
        assert_eq!(
            policy.backoff(attempt),
            expected,
            "{policy:?}, attempt {attempt}"
        );
    }
}

#[test]
fn server_errors_429_and_408_are_retriable_but_not_501_and_505() {
    for (status, retriable) in [
        (200, false),
        (302, false),
        (404, false),
        (408, true),
        (429, true),
        (500, true),
        (501, false),
        (503, true),
        (505, false),
        (599, true),
        (600, false),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(is_retriable_status(status), retriable, "{status}");
    }
}

#[test]
fn an_error_that_would_come_again_is_not_retriable() {
    let url = || "http://host/".to_owned();
    let status = |status| FetchError::Status { url: url(), status };
    assert!(classify_error(&status(StatusCode::SERVICE_UNAVAILABLE)));

    let not_built = client().get("/users").build().unwrap_err();
    let not_utf8 = String::from_utf8(b"caf\xe9".to_vec()).unwrap_err();
    for terminal in [
        status(StatusCode::NOT_FOUND),
        FetchError::Request {
            url: url(),
            source: not_built,
        },
        FetchError::NotUtf8 {
            url: url(),
            source: not_utf8,
        },
        FetchError::UnsupportedScheme {
            url: "ftp://host/".to_owned(),
            scheme: "ftp".to_owned(),
        },
    ] {
        assert!(!classify_error(&terminal), "{terminal:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn retry_sleeps_between_two_attempts_and_not_after_the_last() {
    let policy = RetryPolicy {
        base_delay: Duration::from_secs(1),
        ..RetryPolicy::default()
    };
    let start = Instant::now();
    let ended = retry(policy, |_| true, || ready(Err::<(), _>("busy")));
    assert_eq!(within_limit(ended).await, (Err("busy"), 3));
    assert_eq!(start.elapsed(), Duration::from_secs(1 + 2));
}

#[tokio::test(start_paused = true)]
async fn retry_stops_at_a_success_and_at_an_error_that_is_not_retriable() {
    let policy = RetryPolicy::default();
    let mut results = [Err("busy"), Ok("done")].into_iter();
    let ended = retry(policy, |_| true, || ready(results.next().unwrap()));
    assert_eq!(within_limit(ended).await, (Ok("done"), 2));
    let ended = retry(policy, |_| false, || ready(Err::<(), _>("gone")));
    assert_eq!(within_limit(ended).await, (Err("gone"), 1));
}

#[tokio::test(start_paused = true)]
async fn the_meter_does_not_count_an_attempt_that_was_cancelled() {
    let meter = ConcurrencyMeter::default();
    let attempt = async {
        let _in_flight = meter.enter();
        pending::<()>().await;
    };
    assert!(timeout(Duration::from_secs(1), attempt).await.is_err());
    assert_eq!((meter.in_flight(), meter.peak()), (0, 1));

    let first = meter.enter();
    let second = meter.enter();
    assert_eq!((meter.in_flight(), meter.peak()), (2, 2));
    drop((first, second));
    assert_eq!(meter.timeline(), [1, 1, 2]);
}

/// The article's test of its cap: six fetches from a mock that answers at once, and at most
/// `permits` of them at a time.
async fn peak_of_six_that_never_wait(permits: usize) -> usize {
    let meter = ConcurrencyMeter::default();
    let permits = Arc::new(Semaphore::new(permits));
    let done = TaskGroup::<Infallible>::scope(async |group| {
        for _ in 0..6 {
            let (meter, permits) = (meter.clone(), Arc::clone(&permits));
            group.spawn(async move {
                let _permit = permits.acquire().await;
                let _in_flight = meter.enter();
                ready(()).await;
                Ok(())
            });
        }
        Ok(())
    });
    within_limit(done).await.unwrap();
    meter.peak()
}

#[tokio::test]
async fn the_meter_of_attempts_that_never_wait_peaks_at_one_for_any_cap() {
    assert_eq!(peak_of_six_that_never_wait(2).await, 1);
    assert_eq!(
        peak_of_six_that_never_wait(6).await,
        1,
        "the peak does not depend on the cap"
    );
}

#[tokio::test]
async fn the_cap_is_the_peak_and_without_one_all_are_in_flight_at_once() {
    let server = server().await;
    let paths = ["/a", "/b", "/c", "/d", "/e", "/f"];
    for (cap, peak) in [(2, 2), (usize::MAX, 6)] {
        let meter = ConcurrencyMeter::default();
        let outcomes = bounded(urls(&server, paths), RetryPolicy::default(), cap, &meter).await;
        assert_eq!(summary(&outcomes), [(Some(200), 1); 6]);
        assert_eq!((meter.peak(), meter.in_flight()), (peak, 0));
    }
}

/// What each of `MIXED` comes to: a page or a status, and the number of attempts.
const MIXED_SUMMARY: [(Option<u16>, u32); 4] = [
    (Some(200), 3),
    (Some(404), 1),
    (Some(500), 3),
    (Some(200), 1),
];
const MIXED: [&str; 4] = ["/flaky", "/missing", "/down", "/good"];

#[tokio::test]
async fn each_url_is_retried_by_itself_and_the_outcomes_are_in_input_order() {
    let server = server().await;
    let urls = urls(&server, MIXED);
    let outcomes = gather(urls.clone()).await;
    assert_eq!(summary(&outcomes), MIXED_SUMMARY);
    assert!(outcomes.iter().map(|outcome| &*outcome.url).eq(&urls));
}

#[tokio::test]
async fn a_bounded_run_has_the_same_outcomes() {
    let server = server().await;
    let (urls, meter) = (urls(&server, MIXED), ConcurrencyMeter::default());
    let outcomes = bounded(urls.clone(), RetryPolicy::default(), 2, &meter).await;
    assert_eq!(summary(&outcomes), MIXED_SUMMARY);
    assert!(outcomes.iter().map(|outcome| &*outcome.url).eq(&urls));
}

#[tokio::test]
async fn a_fetch_that_waits_for_its_next_attempt_lets_another_one_go_first() {
    let server = server().await;
    let policy = RetryPolicy {
        base_delay: Duration::from_millis(1),
        ..RetryPolicy::default()
    };
    let meter = ConcurrencyMeter::default();
    bounded(urls(&server, ["/flaky", "/good"]), policy, 1, &meter).await;
    assert_eq!(
        requested(&server).await,
        ["/flaky", "/good", "/flaky", "/flaky"]
    );
}

#[tokio::test]
async fn every_failure_is_an_outcome() {
    let server = server().await;
    let [circle, good] = urls(&server, ["/loop", "/good"]);
    let urls = [
        circle,
        "nonsense".to_owned(),
        "http://127.0.0.1:1/".to_owned(),
        good,
    ];
    let outcomes = gather(urls).await;
    assert_eq!(
        summary(&outcomes),
        [(None, 1), (None, 1), (None, 3), (Some(200), 1)]
    );
    let retriable = outcomes
        .iter()
        .map(|outcome| outcome.result.as_ref().is_err_and(classify_error));
    assert_eq!(retriable.collect::<Vec<_>>(), [false, false, true, false]);
}

/// Drops `run` in the first request for its one URL, and answers this request with 503. Whether another
/// attempt follows.
async fn is_retried_after_its_runner_is_dropped<F: Future>(
    run: impl FnOnce([String; 1]) -> F,
) -> bool {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let request = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        assert_ne!(connection.read(&mut [0; 1024]).await.unwrap(), 0);
        connection
    };
    let mut connection = tokio::select! {
        _ = run([url]) => unreachable!("the server has not answered"),
        connection = request => connection,
    };
    let answer = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
    let _ = connection.write_all(answer).await;

    // The next attempt is on the same connection or on another one. Without one, the client is dropped,
    // which closes the connection.
    let next = async {
        let mut request = [0; 1024];
        tokio::select! {
            read = connection.read(&mut request) => read.is_ok_and(|bytes| bytes > 0),
            _ = listener.accept() => true,
        }
    };
    within_limit(next).await
}

#[tokio::test]
async fn dropping_the_gather_leaves_its_retries_running() {
    assert!(is_retried_after_its_runner_is_dropped(gather).await);
}

#[tokio::test]
async fn dropping_a_bounded_run_cancels_its_fetches() {
    let meter = ConcurrencyMeter::default();
    let run = async |url| bounded(url, RetryPolicy::default(), 1, &meter).await;
    assert!(!is_retried_after_its_runner_is_dropped(run).await);
    assert_eq!((meter.in_flight(), meter.peak()), (0, 1));
}

#[tokio::test]
async fn a_body_that_is_cut_short_is_fetched_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = async {
        for answer in [
            "content-length: 100\r\n\r\nonly this",
            "content-length: 5\r\n\r\nhello",
        ] {
            let (mut connection, _) = listener.accept().await.unwrap();
            let _ = connection.read(&mut [0; 1024]).await.unwrap();
            let answer = format!("HTTP/1.1 200 OK\r\n{answer}");
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
        pending::<()>().await;
    };

    let outcomes = tokio::select! {
        outcomes = gather([url]) => outcomes,
        () = server => unreachable!("the server never ends"),
    };

    assert_eq!(summary(&outcomes), [(Some(200), 2)]);
}

#[tokio::test]
async fn strict_returns_every_page_in_input_order() {
    let server = server().await;
    let urls = urls(&server, ["/b", "/flaky", "/a"]);
    let pages = strict(urls.clone(), 2).await.unwrap();
    assert_eq!(
        pages.iter().map(|page| &page.url).collect::<Vec<_>>(),
        urls.iter().collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn strict_does_not_fail_fast_and_every_failure_is_in_the_group() {
    let server = server().await;
    let urls = urls(&server, ["/missing", "/good", "/down"]);
    let errors = strict(urls.clone(), 1).await.unwrap_err();
    assert_eq!(errors.message(), "fetch_all_taskgroup_strict");
    let tasks: Vec<_> = errors.leaves().map(|leaf| &leaf.task).collect();
    assert_eq!(
        tasks,
        [
            &TaskName::Named((*urls[0]).into()),
            &TaskName::Named((*urls[2]).into())
        ]
    );
    let paths = requested(&server).await;
    assert_eq!(
        paths.len(),
        1 + 1 + 3,
        "the first failure did not stop the others: {paths:?}"
    );
}
