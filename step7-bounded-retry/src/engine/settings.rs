use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use super::Jitter;
use crate::RetryPolicy;

/// How the engine goes about its work. The default is polite to a host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How many attempts run at a time, over all hosts. Default: 64.
    pub max_concurrency: NonZeroUsize,
    /// How many run at a time against one host. Default: 4.
    pub max_per_host: NonZeroUsize,
    /// How many URLs are taken in at a time and not finished, beside an outcome that lies ready.
    /// Default: [`None`], which is 16 times `max_concurrency`: enough for work to be found while some URLs wait for their next attempt,
    /// and few enough that a retry does not queue behind everything that has not been tried.
    pub window: Option<NonZeroUsize>,
    /// Attempts and the backoff between them. Default: 3 attempts, from 500 ms, doubling.
    pub retry: RetryPolicy,
    /// What the backoff never exceeds. Default: 30 s.
    pub max_delay: Duration,
    /// How the backoff is spread. Default: [`Jitter::Full`].
    pub jitter: Jitter,
    /// The longest `Retry-After` that is waited for; behind a longer one the URL has failed.
    /// Default: 60 s.
    pub max_retry_after: Duration,
    /// For one attempt, from the request to the end of the body. Default: 30 s.
    pub attempt_timeout: Duration,
    /// For one URL, from being taken in: attempts, waits and all. Default: 2 min.
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
