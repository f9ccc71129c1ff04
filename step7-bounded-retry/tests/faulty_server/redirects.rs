//! Redirects that cannot be followed.

use step7_bounded_retry::engine::FailureKind;

use crate::server::Server;
use crate::{fetch, fetch_one, http_with_redirects, message, settings, summary};

#[tokio::test]
async fn a_redirect_loop_ends_at_the_limit_and_is_not_retried() {
    let server = Server::start().await;
    let outcome = fetch_one(settings(), server.url("/loop")).await;

    assert_eq!(
        summary(&outcome),
        (Some(FailureKind::Redirect), 1, Some(302), 0)
    );
    assert_eq!(server.requests(), 6);
    assert_eq!(
        message(outcome),
        "redirect not followed: more than 5 redirects"
    );
}

#[tokio::test]
async fn as_many_redirects_as_the_limit_are_followed() {
    let server = Server::start().await;
    let three = "/answer?status=301&Location=/answer%3Fstatus=307%26Location=\
                 /answer%253Fstatus=303%2526Location=/good";
    let url = [server.url(three)];
    for (max, expected) in [
        (3, (None, 1, Some(200), 5)),
        (2, (Some(FailureKind::Redirect), 1, Some(303), 0)),
        (0, (Some(FailureKind::Redirect), 1, Some(301), 0)),
    ] {
        let outcomes = fetch(settings(), &http_with_redirects(max), &url).await;
        assert_eq!(summary(&outcomes[0]), expected, "{max}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_scheme_is_not_followed() {
    let server = Server::start().await;
    for location in [
        "ftp://ftp.test/file",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "mailto:a@b.test",
        "data:text/plain,hello",
        "javascript:alert(1)",
        "about:blank",
    ] {
        let url = server.url(&format!("/answer?status=302&Location={location}"));
        let outcome = fetch_one(settings(), url).await;
        let expected = (Some(FailureKind::Redirect), 1, Some(302), 0);
        assert_eq!(summary(&outcome), expected, "{outcome:?}");
        let (scheme, _) = location.split_once(':').unwrap();
        let start = format!("redirect not followed: \"{scheme}:");
        let message = message(outcome);
        assert!(message.starts_with(&start), "{message}");
        assert!(message.ends_with("is not HTTP"), "{message}");
    }
}

#[tokio::test]
async fn no_message_has_the_password_of_a_location() {
    let server = Server::start().await;
    let url = server.url("/answer?status=302&Location=ftp://user:secret@host/");
    let message = message(fetch_one(settings(), url).await);
    assert!(message.contains("ftp://user@host/"), "{message}");
}

#[tokio::test]
async fn a_redirect_without_a_valid_location_is_of_kind_status() {
    let server = Server::start().await;
    for target in [
        "/answer?status=302",
        "/answer?status=302&Location=http://[",
        "/answer?status=302&Location=http://",
        "/answer?status=304",
        "/answer?status=300&Location=/good",
    ] {
        let outcome = fetch_one(settings(), server.url(target)).await;
        assert_eq!(
            summary(&outcome).0,
            Some(FailureKind::Status),
            "{outcome:?}"
        );
        assert_eq!(outcome.attempts, 1);
    }
}

#[tokio::test]
async fn a_redirect_to_https_without_tls_is_not_retried() {
    let server = Server::start().await;
    let secure = server.secure_url("/good");
    let url = server.url(&format!("/answer?status=302&Location={secure}"));
    let outcome = fetch_one(settings(), url).await;
    assert_eq!(summary(&outcome), (Some(FailureKind::Tls), 1, Some(302), 0));
}
