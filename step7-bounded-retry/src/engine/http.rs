use std::error::Error;
use std::io;
use std::time::{Duration, SystemTime};

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
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
        let response = sent.map_err(not_sent)?;
        let status = response.status();
        request.saw_response(status);
        if !status.is_success() {
            let retry_after = retry_after(response.headers(), SystemTime::now());
            let _ = timeout(
                REFUSAL,
                self.read(response, request, &mut tokio::io::sink()),
            )
            .await;
            return Err(AttemptError::Status {
                status,
                retry_after,
            });
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
        let scheme = attempt.url().scheme();
        if !matches!(scheme, "http" | "https") {
            let error = format!("a redirect to {:?}", attempt.url().as_str());
            attempt.error(error)
        } else if attempt.previous().len() > max {
            attempt.error(format!("more than {max} redirects"))
        } else {
            attempt.follow()
        }
    })
}

/// What kept a request from having a response. The phase decides, and not what reqwest calls it:
/// `https` without TLS is a "connect" error there.
fn not_sent(error: reqwest::Error) -> AttemptError {
    if error.is_redirect() {
        AttemptError::Redirect(error.into())
    } else if error.is_connect() && is_about_tls(&error) {
        AttemptError::Tls(error.into())
    } else {
        AttemptError::Send(error.into())
    }
}

/// Whatever is the matter with the network is an I/O error. What TLS finds wrong with the other
/// side is invalid data, and where there is no TLS at all, nothing has been tried.
fn is_about_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return io.kind() == io::ErrorKind::InvalidData;
        }
        cause = inner.source();
    }
    error.url().is_some_and(|url| url.scheme() == "https")
}
