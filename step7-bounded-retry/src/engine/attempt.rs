use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::StatusCode;

/// Why one attempt failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttemptError {
    /// A response arrived, and its status is not 2xx.
    #[error("answered {status}")]
    Status {
        /// The status of the last response, after redirects.
        status: StatusCode,
        /// The response's `Retry-After`; see [`retry_after`](super::retry_after()).
        retry_after: Option<Duration>,
    },

    /// The attempt timed out.
    #[error("no answer within {}", format_duration(*.after))]
    Timeout {
        /// [`Settings::attempt_timeout`](super::Settings::attempt_timeout).
        after: Duration,
    },

    /// No response arrived: the host is unknown, the connection was refused or closed, or the answer
    /// was not HTTP.
    #[error("no response: {}", root_cause(&**.0))]
    Send(#[source] BoxError),

    /// The body was cut short or is invalid.
    #[error("the body failed: {}", root_cause(&**.0))]
    Body(#[source] BoxError),

    /// The TLS handshake failed: an invalid certificate, or a server that does not use TLS.
    #[error("no secure connection: {}", root_cause(&**.0))]
    Tls(#[source] BoxError),

    /// A redirect was not followed: a loop, too many, or a URL that is not HTTP.
    #[error("redirect not followed: {}", root_cause(&**.0))]
    Redirect(#[source] BoxError),

    /// The body is longer than the limit.
    #[error("the body is longer than {limit} bytes")]
    BodyTooLarge {
        /// The limit, in decoded bytes.
        limit: u64,
    },

    /// The body arrived, but could not be written.
    #[error("the body could not be saved: {0}")]
    Output(#[source] io::Error),
}

type BoxError = Box<dyn Error + Send + Sync>;

/// Whether a failed attempt is worth another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDecision {
    /// No: it would fail again in the same way.
    No,
    /// Yes, but not before this time has passed.
    After(Duration),
}

impl AttemptError {
    /// Whether another attempt may succeed.
    ///
    /// - A **status** of 408, 429 or 5xx is retried, except 501 and 505, with which the server says
    ///   that it does not support the request. The article retries those two, and not 408; curl's
    ///   `--retry` and Scrapy's retry middleware retry 408 too. `Retry-After` counts with 429 and 503.
    /// - A **timeout** is retried, and so is a network failure **before** the response or **within**
    ///   its body.
    /// - Nothing else is retried: for a certificate, a redirect loop or a body that is too large,
    ///   retrying cannot change the result.
    #[must_use]
    pub fn retry_decision(&self) -> RetryDecision {
        match self {
            Self::Status {
                status,
                retry_after,
            } => match status.as_u16() {
                429 | 503 => RetryDecision::After(retry_after.unwrap_or_default()),
                501 | 505 => RetryDecision::No,
                408 | 500..=599 => RetryDecision::After(Duration::ZERO),
                _ => RetryDecision::No,
            },
            Self::Timeout { .. } | Self::Send(_) | Self::Body(_) => {
                RetryDecision::After(Duration::ZERO)
            }
            Self::Tls(_) | Self::Redirect(_) | Self::BodyTooLarge { .. } | Self::Output(_) => {
                RetryDecision::No
            }
        }
    }
}

/// reqwest's own message is only "error sending request"; the reason is at the end of the chain.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// The shortest form: `1.5s`, `200ms`.
pub(super) fn format_duration(duration: Duration) -> String {
    format!("{duration:?}")
}
