//! What browsers accept.

use crate::scripted::{outcome_from, outcome_of, response};
use crate::summary;

#[tokio::test]
async fn headers_that_browsers_accept_are_no_failure() {
    let many: Vec<_> = (0..300).map(|n| format!("X-{n}: {n}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    for lines in [
        &[
            "Content-Security-Policy: default-src 'self'",
            "\t img-src *",
        ][..],
        &["X-Powered-By : something"],
        &["PHP Warning: a module is missing"],
        &["Set-Cookie: a=b; domain=\x7Fexample"],
        &many,
    ] {
        let outcome = outcome_of(response(200, lines, b"hello")).await;
        assert_eq!(summary(&outcome), (None, 1, Some(200), 5), "{lines:?}");
    }
}

#[tokio::test]
async fn a_location_may_hold_bytes_that_are_not_ascii() {
    for (location, path) in [
        ("/caf\u{E9}?a b", "/caf%C3%A9?a%20b"),
        ("/\u{FC}", "/%C3%BC"),
    ] {
        let line = format!("Location: {location}");
        let redirect = response(302, &[&line], b"");
        let outcome = outcome_from(move |head| match head.split(' ').nth(1).unwrap() {
            "/first" => redirect.clone(),
            asked if asked == path => response(200, &[], b"hello"),
            _ => response(404, &[], b""),
        });
        assert_eq!(summary(&outcome.await), (None, 1, Some(200), 5), "{path}");
    }
}
