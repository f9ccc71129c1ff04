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
    /// The shortest time between the starts of two attempts on one host. Default: none.
    pub host_interval: Duration,
    /// A host without a success for so long is down, if there was no connection in all that time or 20 of
    /// its URLs have failed: the URLs that wait for it end. Default: 60 s.
    pub host_patience: Duration,
    /// URLs are taken in while those that wait for an attempt take fewer bytes than this. Default: 2 MiB,
    /// some 20,000 URLs.
    pub max_waiting: usize,
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
    /// For one URL, from its first attempt on: attempts, waits and all. Default: 2 min.
    pub deadline: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_concurrency: const { NonZeroUsize::new(64).unwrap() },
            max_per_host: const { NonZeroUsize::new(4).unwrap() },
            host_interval: Duration::ZERO,
            host_patience: Duration::from_secs(60),
            max_waiting: 2 * 1024 * 1024,
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
    /// The delay after a URL's failed attempt, which counts from 1. `random` is a number from 0 up to 1.
    pub(super) fn delay(&self, attempt: u32, random: f64) -> Duration {
        let backoff = self.retry.backoff(attempt).min(self.max_delay);
        self.jitter.delay(Duration::ZERO, backoff, random)
    }
}
