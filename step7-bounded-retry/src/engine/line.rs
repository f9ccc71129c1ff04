use std::mem;
use std::time::Duration;

use reqwest::StatusCode;

use super::scheduler::{Ended, Why};
use super::{AttemptError, Failure, Outcome, Request, Settings};

/// A URL on its way from the input to its outcome.
pub(super) struct Line {
    pub(super) index: u64,
    pub(super) url: Box<str>,
    /// What its attempts have left behind, once one of them has failed.
    last: Option<Box<Last>>,
}

#[derive(Default)]
struct Last {
    error: Option<AttemptError>,
    status: Option<StatusCode>,
    bytes: u64,
}

impl Line {
    pub(super) fn new(index: u64, url: String) -> Self {
        Self {
            index,
            url: url.into(),
            last: None,
        }
    }

    /// What it takes in memory while it waits, with what the allocator adds.
    pub(super) fn size(&self) -> usize {
        self.url.len() + 64
    }

    /// Keeps what an attempt has seen, and how it failed. The error is that of the last attempt that was
    /// not cut off.
    pub(super) fn record(&mut self, request: &Request, error: Option<AttemptError>) {
        let last = self.last.get_or_insert_default();
        last.status = request.status().or(last.status);
        last.bytes = request.bytes();
        last.error = error.or(last.error.take());
    }

    pub(super) fn invalid<T>(self, reason: String) -> Outcome<T> {
        Outcome {
            index: self.index,
            url: self.url.into(),
            result: Err(Failure::InvalidUrl { reason }),
            attempts: 0,
            status: None,
            bytes: 0,
            elapsed: Duration::ZERO,
        }
    }
}

/// The outcome of a line that has ended, at `now`. `value` is what its last attempt gave, if it succeeded.
pub(super) fn outcome<T>(
    ended: Ended<Line>,
    value: Option<T>,
    settings: &Settings,
    now: Duration,
) -> Outcome<T> {
    let mut line = ended.item;
    let mut last = line.last.take().map(|last| *last).unwrap_or_default();
    let error = mem::take(&mut last.error);
    let result = match (value, ended.why, error) {
        (Some(value), ..) => Ok(value),
        (None, Why::Reported, Some(error)) => Err(Failure::Attempt(error)),
        (None, Why::BudgetSpent, Some(error)) => Err(Failure::BudgetSpent(error)),
        (None, Why::RetryAfter(asked), last) => Err(Failure::RetryAfter {
            asked,
            limit: settings.max_retry_after,
            last,
        }),
        (None, Why::HostDown, last) => Err(Failure::HostDown {
            after: settings.host_patience,
            last,
        }),
        (None, Why::Deadline, last) => Err(Failure::Deadline {
            after: settings.deadline,
            last,
        }),
        (None, Why::Cancelled, last) => Err(Failure::Cancelled { last }),
        (None, Why::Reported | Why::BudgetSpent, None) => {
            unreachable!("an attempt that was reported has a value or an error")
        }
    };
    Outcome {
        index: line.index,
        url: line.url.into(),
        result,
        attempts: ended.attempts,
        status: last.status,
        bytes: last.bytes,
        elapsed: ended
            .since
            .map_or(Duration::ZERO, |since| now.saturating_sub(since)),
    }
}
