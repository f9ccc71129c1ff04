use std::error::Error;
use std::io;
use std::time::{Duration, SystemTime};

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::{AttemptError, Request, retry_after};

/// How long the body of a refusal is read, so that its connection can be used again.
const REFUSAL: Duration = Duration::from_millis(100);

/// One GET over HTTP: the attempt for the real world.
#[derive(Clone, Debug)]
pub struct Http {
    /// It should have [`redirect_policy`], and no timeout of its own: the engine has one.
    pub client: Client,
    /// The most that a body may have, in bytes as they are decoded. A few kilobytes of gzip can
    /// unpack to gigabytes.
    pub max_body: u64,
}

impl Http {
    /// Sends the request, and writes a 2xx response's body to `body` as it comes.
    ///
    /// `body` is not shut down, and may hold a part of a body when this fails.
    ///
    /// # Errors
    ///
    /// Every [`AttemptError`] but a timeout.
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
        let response = sent.map_err(|error| not_sent(error, request))?;
        let status = response.status();
        request.saw_response(status);
        if !status.is_success() {
            let refused = refused(&response);
            let _ = timeout(
                REFUSAL,
                self.read(response, request, &mut tokio::io::sink()),
            )
            .await;
            return Err(refused);
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
            request.saw_bytes(chunk.len() as u64);
            if request.bytes() > self.max_body {
                return Err(AttemptError::BodyTooLarge {
                    limit: self.max_body,
                });
            }
            body.write_all(&chunk).await.map_err(AttemptError::Output)?;
        }
    }
}

/// Follows up to `max` redirects. What is wrong with the next one is an error of the type
/// [`reqwest::Error::is_redirect`], also where it leads to what is not HTTP.
#[must_use]
pub fn redirect_policy(max: usize) -> Policy {
    Policy::custom(move |attempt| {
        let reason = if is_not_http(attempt.url()) {
            leads_to(attempt.url())
        } else if attempt.previous().len() > max {
            format!("more than {max} redirects")
        } else {
            return attempt.follow();
        };
        let status = attempt.status();
        attempt.error(NotFollowed { status, reason })
    })
}

/// The status is in the error because reqwest drops the response.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
struct NotFollowed {
    status: StatusCode,
    reason: String,
}

fn is_not_http(url: &Url) -> bool {
    !matches!(url.scheme(), "http" | "https")
}

fn leads_to(url: &Url) -> String {
    format!("a redirect to {:?}", url.as_str())
}

/// What a response is that is not 2xx.
fn refused(response: &Response) -> AttemptError {
    let (status, headers) = (response.status(), response.headers());
    let location = headers.get(LOCATION).and_then(|url| url.to_str().ok());
    match location.and_then(|url| response.url().join(url).ok()) {
        // No policy hears of those that are no `http::Uri`, of which `file:///` is one.
        Some(url) if status.is_redirection() && is_not_http(&url) => {
            let reason = leads_to(&url);
            AttemptError::Redirect(NotFollowed { status, reason }.into())
        }
        _ => AttemptError::Status {
            status,
            retry_after: retry_after(headers, SystemTime::now()),
        },
    }
}

/// What kept a request from having a response that counts. The phase decides, and not what reqwest
/// calls it: `https` without TLS is a "connect" error there.
fn not_sent(error: reqwest::Error, request: &Request) -> AttemptError {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    if let Some(NotFollowed { status, .. }) = cause {
        request.saw_response(*status);
    }
    if error.is_redirect() {
        AttemptError::Redirect(error.into())
    } else if error.is_connect() && is_about_tls(&error) {
        AttemptError::Tls(error.into())
    } else {
        AttemptError::Send(error.into())
    }
}

/// Whatever is the matter with the network is an I/O error. What TLS finds wrong with the other
/// side is one too, and says that the data are invalid. Where there is no TLS at all, nothing has
/// been tried, also behind a redirect from `http`, whose URL is the one that reqwest names.
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

/// hyper-rustls puts the I/O error of TLS into another, which says nothing, and whose source is not
/// that error but the source of that error.
fn innermost(mut error: &io::Error) -> &io::Error {
    while let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        error = inner;
    }
    error
}
