use std::time::Duration;

/// How the backoff is spread, so that those who failed together do not come back together.
///
/// "Full" is what [Exponential Backoff and
/// Jitter](https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/) calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    /// Anything from nothing to the whole backoff.
    Full,
    /// The whole backoff.
    None,
}

impl Jitter {
    /// The delay before the next attempt: what the server asked for, and a part of the backoff on
    /// top of it.
    ///
    /// It is on top, for everybody was asked to wait for the same time: the longer of the two would
    /// keep the herd together.
    ///
    /// `random` is a number from 0 up to 1.
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
