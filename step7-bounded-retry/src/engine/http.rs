use std::error::Error;
use std::io;
use std::time::{Duration, SystemTime};

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::{AttemptError, Request, retry_after};

/// How long the body of an error response is read, so that its connection can be reused.
const ERROR_BODY_DRAIN: Duration = Duration::from_millis(100);

/// The attempt for real servers: one GET over HTTP.
#[derive(Clone, Debug)]
pub struct Http {
    /// It should use [`redirect_policy`], and no timeout: the engine has one.
    pub client: Client,
    /// The longest body, in decoded bytes: a few kilobytes of gzip can decode to gigabytes.
    pub max_body: u64,
}

impl Http {
    /// Sends the request, and writes the body of a 2xx response to `body` as it arrives.
    ///
    /// `body` is flushed but not shut down. After an error, it may contain a part of the body.
    ///
    /// # Errors
    ///
    /// Every [`AttemptError`] except a timeout.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the connection.
    pub async fn get(
        &self,
        request: &Request,
        body: &mut (impl AsyncWrite + Unpin),
    ) -> Result<StatusCode, AttemptError> {
        let sent = self.client.get(request.url.clone()).send().await;
        let response = sent.map_err(|error| classify_send_error(error, request))?;
        let status = response.status();
        request.record_status(status);
        if !status.is_success() {
            let error = classify_response(&response);
            let _ = timeout(
                ERROR_BODY_DRAIN,
                self.read(response, request, &mut tokio::io::sink()),
            )
            .await;
            return Err(error);
        }
        self.read(response, request, body).await?;
        Ok(status)
    }

    async fn read(
        &self,
        mut response: Response,
        request: &Request,
        body: &mut (impl AsyncWrite + Unpin),
    ) -> Result<(), AttemptError> {
        loop {
            let chunk = response.chunk().await;
            let Some(chunk) = chunk.map_err(|error| AttemptError::Body(error.into()))? else {
                return body.flush().await.map_err(AttemptError::Output);
            };
            request.record_bytes(chunk.len() as u64);
            if request.bytes() > self.max_body {
                return Err(AttemptError::BodyTooLarge {
                    limit: self.max_body,
                });
            }
            body.write_all(&chunk).await.map_err(AttemptError::Output)?;
        }
    }
}

/// Follows up to `max` redirects. One redirect more, or a redirect to a URL that is not HTTP, is an
/// error for which [`reqwest::Error::is_redirect`] is true.
#[must_use]
pub fn redirect_policy(max: usize) -> Policy {
    Policy::custom(move |attempt| {
        let reason = if is_not_http(attempt.url()) {
            redirect_reason(attempt.url())
        } else if attempt.previous().len() > max {
            format!("more than {max} redirects")
        } else {
            return attempt.follow();
        };
        let status = attempt.status();
        attempt.error(NotFollowed { status, reason })
    })
}

/// The error carries the status because reqwest drops the response.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
struct NotFollowed {
    status: StatusCode,
    reason: String,
}

fn is_not_http(url: &Url) -> bool {
    !matches!(url.scheme(), "http" | "https")
}

fn redirect_reason(url: &Url) -> String {
    format!("{:?} is not HTTP", url.as_str())
}

/// The error of a response that is not 2xx.
fn classify_response(response: &Response) -> AttemptError {
    let (status, headers) = (response.status(), response.headers());
    let location = headers.get(LOCATION).and_then(|url| url.to_str().ok());
    match location.and_then(|url| response.url().join(url).ok()) {
        // reqwest asks no policy if the URL is not an `http::Uri`, for example `file:///`.
        Some(url) if status.is_redirection() && is_not_http(&url) => {
            let reason = redirect_reason(&url);
            AttemptError::Redirect(NotFollowed { status, reason }.into())
        }
        _ => AttemptError::Status {
            status,
            retry_after: retry_after(headers, SystemTime::now()),
        },
    }
}

/// The error of a request that got no usable response. reqwest's own classification is not enough:
/// a failed TLS handshake is a "connect" error there.
fn classify_send_error(error: reqwest::Error, request: &Request) -> AttemptError {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    if let Some(NotFollowed { status, .. }) = cause {
        request.record_status(*status);
    }
    if error.is_redirect() {
        AttemptError::Redirect(error.into())
    } else if error.is_connect() && is_about_tls(&error) {
        AttemptError::Tls(error.into())
    } else {
        AttemptError::Send(error.into())
    }
}

/// Network failures carry an `io::Error`. A TLS handshake failure is `InvalidData`. Without a TLS
/// backend there is no `io::Error` at all.
fn is_about_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref() {
            return innermost(io).kind() == io::ErrorKind::InvalidData;
        }
        cause = inner.source();
    }
    !error.is_dns() && !error.is_timeout()
}

/// hyper-rustls wraps the `io::Error` of TLS in another `io::Error` of a different kind, whose
/// `source` skips the inner one.
fn innermost(mut error: &io::Error) -> &io::Error {
    while let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        error = inner;
    }
    error
}
