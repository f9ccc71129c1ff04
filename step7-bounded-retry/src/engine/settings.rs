use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use super::Jitter;
use crate::RetryPolicy;

/// The limits and delays of a run.
///
/// # Default
///
/// - `max_concurrency`: 64
/// - `max_per_host`: 4
/// - `window`: 16 times `max_concurrency`
/// - `retry`: 3 attempts; a backoff of 500 ms after the first one, which doubles
/// - `max_delay`: 30 s
/// - `jitter`: [`Jitter::Full`]
/// - `max_retry_after`: 60 s
/// - `attempt_timeout`: 30 s
/// - `deadline`: 2 min
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How many attempts run at a time, over all hosts.
    pub max_concurrency: NonZeroUsize,
    /// How many attempts run at a time to one host.
    pub max_per_host: NonZeroUsize,
    /// How many URLs are accepted and not finished at a time, not counting one outcome that is ready
    /// to be received. [`None`] is 16 times `max_concurrency`: enough that there is work to do while
    /// some URLs wait for their next attempt, and few enough that a retry does not queue behind
    /// every URL that has not been tried.
    pub window: Option<NonZeroUsize>,
    /// The number of attempts for each URL, and the backoff between them.
    pub retry: RetryPolicy,
    /// The longest backoff.
    pub max_delay: Duration,
    /// How the backoff is randomized.
    pub jitter: Jitter,
    /// The longest `Retry-After` that is obeyed. A longer one ends the URL as
    /// [`Failure::RetryAfter`](super::Failure::RetryAfter).
    pub max_retry_after: Duration,
    /// The time limit of one attempt, from the request to the end of the body.
    pub attempt_timeout: Duration,
    /// The time limit of one URL, attempts and waits included, from when it was accepted.
    pub deadline: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_concurrency: const { NonZeroUsize::new(64).unwrap() },
            max_per_host: const { NonZeroUsize::new(4).unwrap() },
            window: None,
            retry: RetryPolicy {
                max_attempts: const { NonZeroU32::new(3).unwrap() },
                base_delay: Duration::from_millis(500),
                multiplier: 2.0,
            },
            max_delay: Duration::from_secs(30),
            jitter: Jitter::Full,
            max_retry_after: Duration::from_secs(60),
            attempt_timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(120),
        }
    }
}

impl Settings {
    pub(super) fn window(&self) -> usize {
        self.window.map_or(
            self.max_concurrency.get().saturating_mul(16),
            NonZeroUsize::get,
        )
    }
}
