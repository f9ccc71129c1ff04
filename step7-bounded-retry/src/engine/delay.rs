use std::time::Duration;

/// How the backoff is randomized, so that requests that failed together are not retried together.
///
/// "Full" is the name in [Exponential Backoff and
/// Jitter](https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    /// A random part of the backoff, from none of it to all of it.
    Full,
    /// The whole backoff.
    None,
}

impl Jitter {
    /// The delay before the next attempt: `retry_after` plus the randomized backoff.
    ///
    /// They are added, because all clients got the same `Retry-After`: with the larger of the two,
    /// they would all retry at the same moment.
    ///
    /// `random` is at least 0 and less than 1.
    #[must_use]
    pub fn delay(self, retry_after: Duration, backoff: Duration, random: f64) -> Duration {
        let spread = match self {
            Self::Full => Duration::try_from_secs_f64(backoff.as_secs_f64() * random)
                .unwrap_or(backoff)
                .min(backoff),
            Self::None => backoff,
        };
        retry_after.saturating_add(spread)
    }
}
