use std::time::Duration;

use tokio::time::sleep;

use crate::BoxError;

/// A job that sleeps, and then succeeds or fails.
#[derive(Debug)]
pub struct PartialJob {
    name: &'static str,
    delay: Duration,
    fail_with: Option<BoxError>,
}

impl PartialJob {
    /// A job that succeeds after `milliseconds`.
    #[must_use]
    pub fn succeeds(name: &'static str, milliseconds: u64) -> Self {
        Self {
            name,
            delay: Duration::from_millis(milliseconds),
            fail_with: None,
        }
    }

    /// A job that fails with `error` after `milliseconds`. Whether the failure is tolerable depends
    /// on the type of `error`.
    #[must_use]
    pub fn fails(name: &'static str, milliseconds: u64, error: impl Into<BoxError>) -> Self {
        Self {
            fail_with: Some(error.into()),
            ..Self::succeeds(name, milliseconds)
        }
    }

    /// The name of the job.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Runs the job.
    ///
    /// # Errors
    ///
    /// The error with which the job was created.
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends the job at its sleep.
    pub async fn run(self) -> Result<(), BoxError> {
        sleep(self.delay).await;
        self.fail_with.map_or(Ok(()), Err)
    }
}

/// How a list of jobs ended: each job in one of four buckets.
///
/// A job that is in no bucket is in the error group that
/// [`run_with_except_star`](crate::run_with_except_star) returns beside its report.
///
/// A job that failed has a line with its name and its error: `limited: rate limit`. The others have
/// their name only. Jobs are in spawn order, but failures that come out of an error group are in the
/// order in which they happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartialReport {
    /// Jobs that succeeded.
    pub succeeded: Vec<String>,
    /// Jobs whose failure was tolerated.
    pub tolerated: Vec<String>,
    /// Jobs whose failure was not tolerated.
    pub fatal: Vec<String>,
    /// Jobs that were cancelled because another job had failed. The article's report has no bucket
    /// for them.
    pub cancelled: Vec<String>,
}
