use std::num::NonZeroU32;
use std::time::Duration;

/// How many attempts to make, and how long to wait between them.
///
/// ```
/// # use std::num::NonZeroU32;
/// # use std::time::Duration;
/// # use step7_bounded_retry::RetryPolicy;
/// let policy = RetryPolicy {
///     max_attempts: NonZeroU32::new(4).unwrap(),
///     base_delay: Duration::from_millis(100),
///     multiplier: 2.0,
/// };
/// assert_eq!(policy.backoff(1), Duration::from_millis(100));
/// assert_eq!(policy.backoff(3), Duration::from_millis(400));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// How many attempts to make, the first one included.
    pub max_attempts: NonZeroU32,
    /// The delay after the first attempt.
    pub base_delay: Duration,
    /// The backoff factor: each delay is this many times the one before it.
    pub multiplier: f64,
}

impl RetryPolicy {
    /// The delay after `attempt`, which counts from 1: `base_delay × multiplier^(attempt − 1)`.
    ///
    /// A delay that is too long for a [`Duration`] is [`Duration::MAX`]. If the multiplier is negative
    /// or not a number, the delay is zero.
    #[must_use]
    pub fn backoff(&self, attempt: u32) -> Duration {
        let exponent = f64::from(attempt.saturating_sub(1));
        let seconds = self.base_delay.as_secs_f64() * self.multiplier.powf(exponent);
        Duration::try_from_secs_f64(seconds).unwrap_or(if seconds > 0.0 {
            Duration::MAX
        } else {
            Duration::ZERO
        })
    }
}

impl Default for RetryPolicy {
    /// Three attempts, without a delay.
    fn default() -> Self {
        Self {
            max_attempts: const { NonZeroU32::new(3).unwrap() },
            base_delay: Duration::ZERO,
            multiplier: 2.0,
        }
    }
}
