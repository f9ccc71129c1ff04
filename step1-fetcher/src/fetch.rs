use std::time::Duration;

use reqwest::{Client, StatusCode, Url};

use crate::FetchError;

/// A page that was fetched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchResult {
    /// The URL as given.
    pub url: String,
    /// The status, always 2xx: any other is a [`FetchError::Status`].
    pub status: StatusCode,
    /// The whole body.
    pub body: String,
}

/// Waits for `delay`, then fetches `url` with `client`.
///
/// The delay stands in for a slow server. It comes first, so an invalid URL fails only after the
/// delay. It runs on tokio's clock, which a test can pause.
///
/// The body must be UTF-8, even if the response's headers declare another encoding.
///
/// # Errors
///
/// Each variant of [`FetchError`] describes one way to fail. There is no retry and no timeout: the
/// caller decides what to do about a failure.
///
/// # Cancellation
///
/// Dropping the future closes its connection. It does not undo the request: the server may have
/// acted on it already.
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

    // Not `Response::text`, which silently replaces bytes that are not UTF-8.
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
