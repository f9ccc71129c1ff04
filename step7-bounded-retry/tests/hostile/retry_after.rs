//! What a server may say about when to come back.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use step7_bounded_retry::engine::{self, Kind, Settings};

use crate::server::Server;
use crate::{fetch_one, message, settings, summary};

const HOUR: Duration = Duration::from_secs(3600);

fn read(value: &[u8], now: SystemTime) -> Option<Duration> {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from_bytes(value).unwrap());
    engine::retry_after(&headers, now)
}

#[test]
fn retry_after_is_seconds_or_a_date_and_nothing_else_says_anything() {
    let now = httpdate::parse_http_date("Fri, 06 Nov 2026 08:49:37 GMT").unwrap();
    assert_eq!(engine::retry_after(&HeaderMap::new(), now), None);

    for (value, expected) in [
        ("0", Some(0)),
        ("120", Some(120)),
        ("00007", Some(7)),
        (" 7 ", Some(7)),
        ("1794000000", Some(1_794_000_000)),
        // Three ways to write a date, as RFC 9110 has them.
        ("Fri, 06 Nov 2026 08:49:47 GMT", Some(10)),
        ("Friday, 06-Nov-26 08:49:47 GMT", Some(10)),
        ("Fri Nov  6 08:49:47 2026", Some(10)),
        ("Fri, 06 Nov 2026 08:49:37 GMT", Some(0)),
        ("Fri, 06 Nov 2026 08:49:36 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", Some(251_608_345_822)),
        ("", None),
        (" ", None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("1e3", None),
        ("0x10", None),
        ("1 second", None),
        ("10, 20", None),
        ("soon", None),
        ("٣", None),
        ("2026-11-06T08:49:47Z", None),
        ("Fri, 99 Nov 2026 99:99:99 GMT", None),
    ] {
        let expected = expected.map(Duration::from_secs);
        assert_eq!(read(value.as_bytes(), now), expected, "{value:?}");
    }
    assert_eq!(read(b"\xff", now), None);
    let absurd = "9".repeat(1000);
    assert_eq!(read(absurd.as_bytes(), now), Some(Duration::MAX));
}

#[tokio::test]
async fn a_retry_after_that_asks_for_nothing_is_no_reason_to_wait_or_to_give_up() {
    let server = Server::start().await;
    for value in [
        "0",
        "",
        "-5",
        "soon",
        "1.5",
        "Thu, 01 Jan 1970 00:00:00 GMT",
    ] {
        for status in [429, 503] {
            let url = server.url(&format!("/answer?status={status}&Retry-After={value}"));
            let outcome = fetch_one(settings(), url).await;
            assert_eq!(summary(&outcome), (Some(Kind::Status), 3, Some(status), 0));
        }
    }
}

#[tokio::test]
async fn a_retry_after_that_is_too_long_ends_it_at_once_and_is_said() {
    let server = Server::start().await;
    let absurd = "9".repeat(1000);
    for (value, said) in [
        ("61", "61s"),
        // Docker Hub sends the time when to come back, in seconds since 1970.
        ("1794000000", "1794000000s"),
        (&absurd, "18446744073709551615.999999999s"),
    ] {
        for status in [429, 503] {
            let url = server.url(&format!("/answer?status={status}&Retry-After={value}"));
            let outcome = fetch_one(settings(), url).await;
            let expected = (Some(Kind::RetryAfter), 1, Some(status), 0);
            assert_eq!(summary(&outcome), expected);
            let message = message(outcome);
            let said = format!("asks to wait for {said}; we wait for 60s at most");
            assert!(message.ends_with(&said), "{message}");
        }
    }

    let in_an_hour = httpdate::fmt_http_date(SystemTime::now() + HOUR);
    let url = server.url(&format!("/answer?status=503&Retry-After={in_an_hour}"));
    let outcome = fetch_one(settings(), url).await;
    let expected = (Some(Kind::RetryAfter), 1, Some(503), 0);
    assert_eq!(summary(&outcome), expected);
}

#[tokio::test]
async fn a_retry_after_past_the_deadline_is_not_waited_for() {
    let server = Server::start().await;
    let short = Settings {
        deadline: HOUR,
        max_retry_after: 3 * HOUR,
        ..settings()
    };
    let outcome = fetch_one(short, server.url("/answer?status=503&Retry-After=7200")).await;

    assert_eq!(summary(&outcome), (Some(Kind::Deadline), 1, Some(503), 0));
}

#[tokio::test]
async fn retry_after_is_heard_with_429_and_503_alone() {
    let server = Server::start().await;
    for (status, attempts) in [(500, 3), (502, 3), (408, 3), (404, 1), (501, 1)] {
        let url = server.url(&format!("/answer?status={status}&Retry-After=3600"));
        let outcome = fetch_one(settings(), url).await;
        let expected = (Some(Kind::Status), attempts, Some(status), 0);
        assert_eq!(summary(&outcome), expected);
    }
}
