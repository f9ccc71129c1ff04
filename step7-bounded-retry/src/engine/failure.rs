use std::fmt::{self, Display};
use std::time::Duration;

use super::AttemptError;
use super::attempt::human;

/// Why a URL has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// It cannot be fetched: it is no absolute URL, or neither `http` nor `https`. Nothing was sent.
    #[error("not a URL that can be fetched: {reason}")]
    InvalidUrl {
        /// What is wrong with it.
        reason: String,
    },

    /// The last attempt failed, and either there is none left or it would not help.
    #[error(transparent)]
    Attempt(#[from] AttemptError),

    /// There were attempts left, and no retry left for this host.
    #[error("{0}; not tried again, as too many of this host's requests fail")]
    BudgetSpent(#[source] AttemptError),

    /// The server asked us to wait for longer than we do.
    #[error("{last}, and asks to wait for {}; we wait for {} at most", human(*.asked), human(*.limit))]
    RetryAfter {
        /// What it asked for.
        asked: Duration,
        /// [`Settings::max_retry_after`](super::Settings::max_retry_after).
        limit: Duration,
        /// The attempt that was answered in this way.
        #[source]
        last: AttemptError,
    },

    /// The time for this URL is over, or would be before the next attempt.
    #[error("not done within {}{}", human(*.after), because(.last.as_ref()))]
    Deadline {
        /// [`Settings::deadline`](super::Settings::deadline).
        after: Duration,
        /// How the last attempt failed that came to an end.
        #[source]
        last: Option<AttemptError>,
    },

    /// The run was stopped.
    #[error("stopped before it was done{}", because(.last.as_ref()))]
    Cancelled {
        /// How the last attempt failed that came to an end.
        #[source]
        last: Option<AttemptError>,
    },
}

fn because(last: Option<&AttemptError>) -> String {
    last.map_or_else(String::new, |last| format!("; the last attempt: {last}"))
}

/// A [`Failure`] as one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The last response is not a 2xx.
    Status,
    /// An attempt took too long.
    Timeout,
    /// The URL took too long.
    Deadline,
    /// DNS, refused, reset, garbage, cut short.
    Transport,
    /// A certificate, or no TLS at all.
    Tls,
    /// A loop, too many, or to what is not HTTP.
    Redirect,
    /// More than was wanted.
    BodyTooLarge,
    /// Nothing was sent.
    InvalidUrl,
    /// The server asked for more patience than we have.
    RetryAfter,
    /// The run was stopped.
    Cancelled,
    /// The body could not be saved.
    Output,
}

impl Failure {
    /// What kind of failure it is. When the retry budget is spent, the last attempt's.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::InvalidUrl { .. } => Kind::InvalidUrl,
            Self::Attempt(attempt) | Self::BudgetSpent(attempt) => attempt.kind(),
            Self::RetryAfter { .. } => Kind::RetryAfter,
            Self::Deadline { .. } => Kind::Deadline,
            Self::Cancelled { .. } => Kind::Cancelled,
        }
    }
}

impl AttemptError {
    fn kind(&self) -> Kind {
        match self {
            Self::Status { .. } => Kind::Status,
            Self::Timeout { .. } => Kind::Timeout,
            Self::Send(_) | Self::Body(_) => Kind::Transport,
            Self::Tls(_) => Kind::Tls,
            Self::Redirect(_) => Kind::Redirect,
            Self::BodyTooLarge { .. } => Kind::BodyTooLarge,
            Self::Output(_) => Kind::Output,
        }
    }
}

impl Display for Kind {
    /// The word itself, `body_too_large` for one.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(match self {
            Self::Status => "status",
            Self::Timeout => "timeout",
            Self::Deadline => "deadline",
            Self::Transport => "transport",
            Self::Tls => "tls",
            Self::Redirect => "redirect",
            Self::BodyTooLarge => "body_too_large",
            Self::InvalidUrl => "invalid_url",
            Self::RetryAfter => "retry_after",
            Self::Cancelled => "cancelled",
            Self::Output => "output",
        })
    }
}
