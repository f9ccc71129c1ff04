//! Redirects that lead nowhere.

use step7_bounded_retry::engine::Kind;

use crate::server::Server;
use crate::{fetch, fetch_one, http_with_redirects, message, settings, summary};

#[tokio::test]
async fn a_loop_ends_at_the_limit_and_is_not_tried_again() {
    let server = Server::start().await;
    let outcome = fetch_one(settings(), server.url("/loop")).await;

    assert_eq!(summary(&outcome), (Some(Kind::Redirect), 1, Some(302), 0));
    assert_eq!(server.requests(), 6);
    assert_eq!(
        message(outcome),
        "redirected too far: more than 5 redirects"
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
        (2, (Some(Kind::Redirect), 1, Some(303), 0)),
        (0, (Some(Kind::Redirect), 1, Some(301), 0)),
    ] {
        let outcomes = fetch(settings(), &http_with_redirects(max), &url).await;
        assert_eq!(summary(&outcomes[0]), expected, "{max}");
    }
}

#[tokio::test]
async fn a_redirect_to_what_is_not_http_is_not_followed() {
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
        let expected = (Some(Kind::Redirect), 1, Some(302), 0);
        assert_eq!(summary(&outcome), expected, "{outcome:?}");
        let (scheme, _) = location.split_once(':').unwrap();
        let said = format!("redirected too far: a redirect to \"{scheme}:");
        let message = message(outcome);
        assert!(message.starts_with(&said), "{message}");
    }
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_a_status() {
    let server = Server::start().await;
    for target in [
        "/answer?status=302",
        "/answer?status=302&Location=http://[",
        "/answer?status=302&Location=http://",
        "/answer?status=304",
        "/answer?status=300&Location=/good",
    ] {
        let outcome = fetch_one(settings(), server.url(target)).await;
        assert_eq!(summary(&outcome).0, Some(Kind::Status), "{outcome:?}");
        assert_eq!(outcome.attempts, 1);
    }
}

#[tokio::test]
async fn a_redirect_to_https_where_there_is_none_is_not_tried_again() {
    let server = Server::start().await;
    let secure = server.secure_url("/good");
    let url = server.url(&format!("/answer?status=302&Location={secure}"));
    let outcome = fetch_one(settings(), url).await;
    assert_eq!(summary(&outcome), (Some(Kind::Tls), 1, None, 0));
}
