use std::fmt::{self, Display};
use std::time::Duration;

use super::AttemptError;
use super::attempt::format_duration;

/// Why a URL has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// It is not an absolute `http` or `https` URL. No request was sent.
    #[error("invalid URL: {reason}")]
    InvalidUrl {
        /// What is wrong with it.
        reason: String,
    },

    /// The last attempt failed, and either it was the last one allowed or a retry cannot help.
    #[error(transparent)]
    Attempt(#[from] AttemptError),

    /// There were attempts left, but the host's retry budget was spent.
    #[error("{0}; not retried: too many requests to this host fail")]
    BudgetSpent(#[source] AttemptError),

    /// The server asked for a longer wait than the settings allow.
    /// Other URLs of the host that wait get this too, untried.
    #[error("the host's Retry-After of {} is longer than the maximum of {}{}", format_duration(*.asked), format_duration(*.limit), last_attempt(.last.as_ref()))]
    RetryAfter {
        /// The wait that the server asked for.
        asked: Duration,
        /// [`Settings::max_retry_after`](super::Settings::max_retry_after).
        limit: Duration,
        /// The error of the last attempt, if there was one.
        #[source]
        last: Option<AttemptError>,
    },

    /// The host is down; see [`Settings::host_patience`](super::Settings::host_patience). Other URLs of
    /// the host that wait get this too, untried.
    #[error("the host has not answered for {}{}", format_duration(*.after), last_attempt(.last.as_ref()))]
    HostDown {
        /// [`Settings::host_patience`](super::Settings::host_patience).
        after: Duration,
        /// The error of the last attempt, if there was one.
        #[source]
        last: Option<AttemptError>,
    },

    /// The URL's time is over, or would be over before the next attempt.
    #[error("not done within {}{}", format_duration(*.after), last_attempt(.last.as_ref()))]
    Deadline {
        /// [`Settings::deadline`](super::Settings::deadline).
        after: Duration,
        /// The error of the last attempt that ended.
        #[source]
        last: Option<AttemptError>,
    },

    /// The run was stopped.
    #[error("cancelled{}", last_attempt(.last.as_ref()))]
    Cancelled {
        /// The error of the last attempt that ended.
        #[source]
        last: Option<AttemptError>,
    },
}

fn last_attempt(error: Option<&AttemptError>) -> String {
    error.map_or_else(String::new, |error| format!("; last attempt: {error}"))
}

/// The kind of a [`Failure`], for counting and for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The last response is not 2xx.
    Status,
    /// An attempt timed out.
    Timeout,
    /// The URL's deadline has passed.
    Deadline,
    /// DNS, a refused or reset connection, an answer that is not HTTP, a body that was cut short.
    Transport,
    /// An invalid certificate, or no TLS at all.
    Tls,
    /// A redirect loop, too many redirects, or a redirect to a URL that is not HTTP.
    Redirect,
    /// The body is longer than the limit.
    BodyTooLarge,
    /// The body has a content coding that is unknown, or that cannot be decoded.
    Encoding,
    /// The URL is invalid, and nothing was sent.
    InvalidUrl,
    /// `Retry-After` is longer than the settings allow.
    RetryAfter,
    /// The host is down.
    HostDown,
    /// The run was stopped.
    Cancelled,
    /// The body could not be saved.
    Output,
    /// This machine's own limit, for the whole deadline.
    Local,
}

impl Failure {
    /// The kind of this failure. When the retry budget is spent, it is the kind of the last attempt.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::InvalidUrl { .. } => FailureKind::InvalidUrl,
            Self::Attempt(attempt) | Self::BudgetSpent(attempt) => attempt.kind(),
            Self::RetryAfter { .. } => FailureKind::RetryAfter,
            Self::HostDown { .. } => FailureKind::HostDown,
            Self::Deadline {
                last: Some(AttemptError::Local(_)),
                ..
            } => FailureKind::Local,
            Self::Deadline { .. } => FailureKind::Deadline,
            Self::Cancelled { .. } => FailureKind::Cancelled,
        }
    }
}

impl AttemptError {
    fn kind(&self) -> FailureKind {
        match self {
            Self::Status { .. } => FailureKind::Status,
            Self::Timeout { .. } => FailureKind::Timeout,
            Self::Connect(_) | Self::Send(_) | Self::Body(_) => FailureKind::Transport,
            Self::Tls(_) => FailureKind::Tls,
            Self::Redirect(_) => FailureKind::Redirect,
            Self::BodyTooLarge { .. } => FailureKind::BodyTooLarge,
            Self::Encoding(_) => FailureKind::Encoding,
            Self::Output(_) => FailureKind::Output,
            Self::Local(_) => FailureKind::Local,
        }
    }
}

impl Display for FailureKind {
    /// One word in snake case, such as `body_too_large`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(match self {
            Self::Status => "status",
            Self::Timeout => "timeout",
            Self::Deadline => "deadline",
            Self::Transport => "transport",
            Self::Tls => "tls",
            Self::Redirect => "redirect",
            Self::BodyTooLarge => "body_too_large",
            Self::Encoding => "encoding",
            Self::InvalidUrl => "invalid_url",
            Self::RetryAfter => "retry_after",
            Self::HostDown => "host_down",
            Self::Cancelled => "cancelled",
            Self::Output => "output",
            Self::Local => "local",
        })
    }
}
