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
    pub(super) fn new(index: u64, url: &str) -> Self {
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

    /// Keeps what an attempt has seen that did not succeed, and how it failed. The error is that of the
    /// last attempt that was not cut off.
    pub(super) fn record(&mut self, request: &Request, error: Option<AttemptError>) {
        let last = self.last.get_or_insert_default();
        last.status = request.status().or(last.status);
        last.bytes = request.bytes();
        last.error = error.or(last.error.take());
    }

    /// The outcome of a line whose last attempt gave this value.
    pub(super) fn succeeded<T>(
        ended: Ended<Self>,
        request: &Request,
        value: T,
        now: Duration,
    ) -> Outcome<T> {
        let last = ended.item.last.as_ref();
        Outcome {
            index: ended.item.index,
            status: request.status().or(last.and_then(|last| last.status)),
            bytes: request.bytes(),
            attempts: ended.attempts,
            elapsed: now.saturating_sub(ended.since.unwrap_or(now)),
            url: ended.item.url.into(),
            result: Ok(value),
        }
    }

    /// The outcome of a line that has ended without a value.
    pub(super) fn failed<T>(ended: Ended<Self>, settings: &Settings, now: Duration) -> Outcome<T> {
        let last = ended.item.last.map(|last| *last).unwrap_or_default();
        let failure = match (ended.why, last.error) {
            (Why::Reported, Some(error)) => Failure::Attempt(error),
            (Why::BudgetSpent, Some(error)) => Failure::BudgetSpent(error),
            (Why::RetryAfter(asked), last) => Failure::RetryAfter {
                asked,
                limit: settings.max_retry_after,
                last,
            },
            (Why::HostDown, last) => Failure::HostDown {
                after: settings.host_patience,
                last,
            },
            (Why::Deadline, last) => Failure::Deadline {
                after: settings.deadline,
                last,
            },
            (Why::Cancelled, last) => Failure::Cancelled { last },
            (Why::Reported | Why::BudgetSpent, None) => {
                unreachable!("an attempt that failed was recorded with its error")
            }
        };
        Outcome {
            index: ended.item.index,
            url: ended.item.url.into(),
            result: Err(failure),
            attempts: ended.attempts,
            status: last.status,
            bytes: last.bytes,
            elapsed: now.saturating_sub(ended.since.unwrap_or(now)),
        }
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
