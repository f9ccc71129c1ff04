use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::StatusCode;

use super::scheduler::Report;
use crate::is_retriable_status;

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

    /// The attempt made no progress for too long.
    #[error("no {} within {}", if *.connected { "answer" } else { "connection" }, format_duration(*.after))]
    Timeout {
        /// [`Settings::stall_timeout`](super::Settings::stall_timeout).
        after: Duration,
        /// Whether there was a connection.
        connected: bool,
    },

    /// No connection could be opened: the host is unknown or refuses, or a proxy does.
    #[error("no connection: {}", root_cause(&**.0))]
    Connect(#[source] BoxError),

    /// There was a connection, but no response: it was closed, or the answer was not HTTP.
    #[error("no response: {}", root_cause(&**.0))]
    Send(#[source] BoxError),

    /// The body was cut short.
    #[error("the body failed: {}", root_cause(&**.0))]
    Body(#[source] BoxError),

    /// The TLS handshake failed: an invalid certificate, or a server that does not use TLS.
    #[error("no secure connection: {}", root_cause(&**.0))]
    Tls(#[source] BoxError),

    /// A redirect was not followed: a loop, too many, or a URL that is not HTTP.
    #[error("redirect not followed: {0}")]
    Redirect(String),

    /// The body is longer than the limit.
    #[error("the body is longer than {limit} bytes")]
    BodyTooLarge {
        /// The limit, in decoded bytes.
        limit: u64,
    },

    /// The body has a content coding that is unknown, or that cannot be decoded.
    #[error("the body cannot be decoded: {0}")]
    Encoding(#[source] io::Error),

    /// The body arrived, but could not be written.
    #[error("the body could not be saved: {0}")]
    Output(#[source] io::Error),

    /// A limit of this machine was reached, such as the number of open files.
    #[error("this machine's limit is reached: {0}")]
    Local(#[source] io::Error),
}

type BoxError = Box<dyn Error + Send + Sync>;

impl AttemptError {
    /// What this means for the URL's next attempt, and for its host.
    ///
    /// - 429, 503 and a failed connection are the **host's** failures, and pause all its URLs.
    ///   `Retry-After` counts with the two statuses alone.
    /// - The statuses of [`is_retriable_status`], a timeout, and a connection or a body that was cut
    ///   short are the **URL's**, and are retried.
    /// - Nothing else is retried: for a certificate, a redirect loop or a body that is too large,
    ///   retrying cannot change the result.
    #[must_use]
    pub fn report(&self) -> Report {
        match self {
            Self::Status {
                status,
                retry_after,
            } if matches!(status.as_u16(), 429 | 503) => Report::Host {
                connected: true,
                // Zero is no time to pause for.
                retry_after: retry_after.filter(|asked| !asked.is_zero()),
            },
            Self::Status { status, .. } if is_retriable_status(*status) => Report::Retriable,
            Self::Connect(_)
            | Self::Timeout {
                connected: false, ..
            } => Report::Host {
                connected: false,
                retry_after: None,
            },
            Self::Timeout { .. } => Report::TimedOut,
            Self::Send(_) | Self::Body(_) => Report::Retriable,
            Self::Local(_) => Report::Local,
            Self::Status { .. }
            | Self::Tls(_)
            | Self::Redirect(_)
            | Self::BodyTooLarge { .. }
            | Self::Encoding(_)
            | Self::Output(_) => Report::Failed,
        }
    }

    /// The error of a file or a socket: [`Local`](Self::Local) if there are too many open files, and
    /// otherwise what `other` makes of it.
    pub fn from_io(error: io::Error, other: impl FnOnce(io::Error) -> Self) -> Self {
        if is_local(&error) {
            Self::Local(error)
        } else {
            other(error)
        }
    }
}

/// Whether this machine, and not the other side, is the cause.
pub(super) fn is_local(error: &io::Error) -> bool {
    // ENFILE and EMFILE on every Unix; WSAEMFILE on Windows.
    let too_many_open_files: &[i32] = if cfg!(windows) {
        &[4, 10_024]
    } else {
        &[23, 24]
    };
    error
        .raw_os_error()
        .is_some_and(|code| too_many_open_files.contains(&code))
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
