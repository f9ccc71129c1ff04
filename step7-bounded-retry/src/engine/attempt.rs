use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::StatusCode;

/// How one attempt failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttemptError {
    /// A response came and its status is not 2xx.
    #[error("answered {status}")]
    Status {
        /// The status of the last response, after redirects.
        status: StatusCode,
        /// What the response asked for; see [`retry_after`](super::retry_after()).
        retry_after: Option<Duration>,
    },

    /// The attempt took too long.
    #[error("no answer within {}", human(*.after))]
    Timeout {
        /// [`Settings::attempt_timeout`](super::Settings::attempt_timeout).
        after: Duration,
    },

    /// No response came: the host is unknown, refused, hung up, or did not speak HTTP.
    #[error("no response: {}", root_cause(&**.0))]
    Send(#[source] BoxError),

    /// A response came, and its body broke off.
    #[error("the body broke off: {}", root_cause(&**.0))]
    Body(#[source] BoxError),

    /// No secure connection could be had: a bad certificate, or a server that does not speak TLS.
    #[error("no secure connection: {}", root_cause(&**.0))]
    Tls(#[source] BoxError),

    /// Redirects that go round in a circle, are too many, or lead to what is not HTTP.
    #[error("redirected too far: {}", root_cause(&**.0))]
    Redirect(#[source] BoxError),

    /// The body is longer than we wanted.
    #[error("the body is longer than {limit} bytes")]
    BodyTooLarge {
        /// What was wanted at most, in decoded bytes.
        limit: u64,
    },

    /// The body arrived, and could not be written to where it should go.
    #[error("the body could not be saved: {0}")]
    Output(#[source] io::Error),
}

type BoxError = Box<dyn Error + Send + Sync>;

/// Whether a failed attempt is worth another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It would fail again in the same way.
    No,
    /// Yes, but not before this time has passed.
    After(Duration),
}

impl AttemptError {
    /// Whether another attempt may do better.
    ///
    /// - A **status** of 408, 429 or 5xx, but for 501 and 505, which say that the server *cannot*. The
    ///   article retries those two and not 408; curl's `--retry` and Scrapy's retry middleware know
    ///   408. The response's `Retry-After` counts with 429 and 503.
    /// - A **timeout**, and whatever goes wrong between us and the server **before** the response or
    ///   **within** its body.
    /// - Nothing else. A certificate, a circle of redirects and a body that is too long are what
    ///   they are.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Status {
                status,
                retry_after,
            } => match status.as_u16() {
                429 | 503 => Retry::After(retry_after.unwrap_or_default()),
                501 | 505 => Retry::No,
                408 | 500..=599 => Retry::After(Duration::ZERO),
                _ => Retry::No,
            },
            Self::Timeout { .. } | Self::Send(_) | Self::Body(_) => Retry::After(Duration::ZERO),
            Self::Tls(_) | Self::Redirect(_) | Self::BodyTooLarge { .. } | Self::Output(_) => {
                Retry::No
            }
        }
    }
}

/// reqwest's own message says only "error sending request"; the reason is at the end of the chain.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// As short as it can be said: `1.5s`, `200ms`.
pub(super) fn human(duration: Duration) -> String {
    format!("{duration:?}")
}
