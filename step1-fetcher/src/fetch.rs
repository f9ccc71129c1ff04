use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url};

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
/// Redirects are followed as `client` is set up to follow them: one of [`client`](crate::client)
/// follows up to ten. The result and the errors name the URL as given, not the last one.
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
/// Nothing is sent before the first poll. Dropping the future closes its connection. It does not
/// undo the request: the server may have acted on it already.
pub async fn fetch_url(
    client: &Client,
    url: &str,
    delay: Duration,
) -> Result<FetchResult, FetchError> {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }

    let target = parse(url)?;
    let response = send(client, target, url).await?;
    let status = response.status();
    let body = read_text(response, url).await?;
    Ok(FetchResult {
        url: url.to_owned(),
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

/// Sends a GET, and returns the response if its status is 2xx.
async fn send(client: &Client, target: Url, url: &str) -> Result<Response, FetchError> {
    let sent = client.get(target).send().await;
    let response = sent.map_err(|source| FetchError::Request {
        url: url.to_owned(),
        source,
    })?;

    let status = response.status();
    if !status.is_success() {
        return Err(FetchError::Status {
            url: url.to_owned(),
            status,
        });
    }
    Ok(response)
}

/// Reads the body to its end. Not by `Response::text`, which silently replaces bytes that are not
/// UTF-8.
async fn read_text(response: Response, url: &str) -> Result<String, FetchError> {
    let received = response.bytes().await;
    let bytes = received.map_err(|source| FetchError::Body {
        url: url.to_owned(),
        source,
    })?;
    String::from_utf8(bytes.into()).map_err(|source| FetchError::NotUtf8 {
        url: url.to_owned(),
        source,
    })
}
