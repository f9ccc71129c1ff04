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
/// - `host_interval`: none
/// - `host_patience`: 60 s
/// - `max_waiting`: 2 MiB, which is about 20,000 URLs
/// - `max_kept_hosts`: no limit
/// - `retry`: 3 attempts; a backoff of 500 ms after the first one, which doubles
/// - `max_delay`: 30 s
/// - `jitter`: [`Jitter::Full`]
/// - `max_retry_after`: 60 s
/// - `stall_timeout`: 30 s
/// - `deadline`: 2 min
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How many attempts run at a time, over all hosts.
    pub max_concurrency: NonZeroUsize,
    /// How many attempts run at a time to one host.
    pub max_per_host: NonZeroUsize,
    /// The shortest time between the starts of two attempts to one host.
    pub host_interval: Duration,
    /// A host without an answer for so long is down, if there was no connection in all that time or 20
    /// of its URLs have failed. The URLs that wait for it end as
    /// [`Failure::HostDown`](super::Failure::HostDown).
    pub host_patience: Duration,
    /// URLs are accepted while those that wait for an attempt take fewer bytes than this.
    pub max_waiting: usize,
    /// While more hosts than this are in use, connections are closed after each response, so that idle
    /// ones cannot use up this machine's open files.
    pub max_kept_hosts: usize,
    /// The number of attempts for each URL, and the backoff between them.
    pub retry: RetryPolicy,
    /// The longest backoff, and the longest pause of a host to which there is no connection.
    pub max_delay: Duration,
    /// How delays are randomized.
    pub jitter: Jitter,
    /// The longest `Retry-After` that is obeyed. A longer one ends all URLs of the host that wait, as
    /// [`Failure::RetryAfter`](super::Failure::RetryAfter).
    pub max_retry_after: Duration,
    /// The longest time that an attempt may take without progress; see [`Request`](super::Request).
    pub stall_timeout: Duration,
    /// The time limit of one URL, attempts and waits included, from the start of its first attempt.
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
            max_kept_hosts: usize::MAX,
            retry: RetryPolicy {
                max_attempts: const { NonZeroU32::new(3).unwrap() },
                base_delay: Duration::from_millis(500),
                multiplier: 2.0,
            },
            max_delay: Duration::from_secs(30),
            jitter: Jitter::Full,
            max_retry_after: Duration::from_secs(60),
            stall_timeout: Duration::from_secs(30),
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
