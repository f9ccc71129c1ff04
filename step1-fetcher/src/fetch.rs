use std::time::Duration;

use reqwest::{Client, StatusCode, Url};

use crate::FetchError;

/// A page that was fetched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchResult {
    /// The URL as given.
    pub url: String,
    /// Always 2xx: any other status is a [`FetchError::Status`].
    pub status: StatusCode,
    /// The whole body.
    pub body: String,
}

/// Waits for `delay`, then fetches `url` with `client`.
///
/// The delay stands in for a slow server. It comes before anything else, so a bad URL takes as
/// long to fail as a good one takes to answer. It runs on tokio's clock, which a test can pause.
///
/// The body must be UTF-8, whatever the response's headers say of its encoding.
///
/// # Errors
///
/// One [`FetchError`] for each way in which this can go wrong. There is no retry and no timeout:
/// what to do about a failure is the caller's question, and the subject of the lessons.
///
/// # Cancellation
///
/// Dropping the future closes its connection. The server may have acted on the request by then:
/// cancelling is not undoing.
pub async fn fetch_url(
    client: &Client,
    url: &str,
    delay: Duration,
) -> Result<FetchResult, FetchError> {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }

    let owned = || url.to_owned();
    let target = parse(url)?;
    let response = client
        .get(target)
        .send()
        .await
        .map_err(|source| FetchError::Request {
            url: owned(),
            source,
        })?;

    let status = response.status();
    if !status.is_success() {
        return Err(FetchError::Status {
            url: owned(),
            status,
        });
    }

    // Not `Response::text`: it replaces what is not UTF-8 and says nothing.
    let bytes = response.bytes().await.map_err(|source| FetchError::Body {
        url: owned(),
        source,
    })?;
    let body = String::from_utf8(bytes.into()).map_err(|source| FetchError::NotUtf8 {
        url: owned(),
        source,
    })?;

    Ok(FetchResult {
        url: owned(),
        status,
        body,
    })
}

fn parse(url: &str) -> Result<Url, FetchError> {
    let parsed = Url::parse(url).map_err(|source| FetchError::InvalidUrl {
        url: url.to_owned(),
        source,
    })?;
    match parsed.scheme() {
        "http" | "https" => Ok(parsed),
        scheme => Err(FetchError::UnsupportedScheme {
            url: url.to_owned(),
            scheme: scheme.to_owned(),
        }),
    }
}
