use std::time::Duration;

use tokio::time::sleep;

use crate::{BoxError, FatalError, TolerableError};

/// A job that sleeps and then succeeds, or fails in one of three ways.
#[derive(Clone, Debug)]
pub struct PartialJob {
    name: &'static str,
    delay: Duration,
    failure: Option<Failure>,
}

#[derive(Clone, Copy, Debug)]
enum Failure {
    Tolerable(&'static str),
    Fatal(&'static str),
    Unclassified(&'static str),
}

impl PartialJob {
    /// A job that succeeds after `milliseconds`.
    #[must_use]
    pub fn succeeds(name: &'static str, milliseconds: u64) -> Self {
        Self::new(name, milliseconds, None)
    }

    /// A job that fails with a [`TolerableError`] after `milliseconds`.
    #[must_use]
    pub fn tolerable(name: &'static str, milliseconds: u64, message: &'static str) -> Self {
        Self::new(name, milliseconds, Some(Failure::Tolerable(message)))
    }

    /// A job that fails with a [`FatalError`] after `milliseconds`.
    #[must_use]
    pub fn fatal(name: &'static str, milliseconds: u64, message: &'static str) -> Self {
        Self::new(name, milliseconds, Some(Failure::Fatal(message)))
    }

    /// A job that fails after `milliseconds` with an error that is neither of the two.
    #[must_use]
    pub fn unclassified(name: &'static str, milliseconds: u64, message: &'static str) -> Self {
        Self::new(name, milliseconds, Some(Failure::Unclassified(message)))
    }

    fn new(name: &'static str, milliseconds: u64, failure: Option<Failure>) -> Self {
        Self {
            name,
            delay: Duration::from_millis(milliseconds),
            failure,
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
    /// The failure with which the job was created.
    pub async fn run(self) -> Result<(), BoxError> {
        sleep(self.delay).await;
        match self.failure {
            None => Ok(()),
            Some(Failure::Tolerable(message)) => Err(TolerableError(message.to_owned()).into()),
            Some(Failure::Fatal(message)) => Err(FatalError(message.to_owned()).into()),
            Some(Failure::Unclassified(message)) => Err(message.into()),
        }
    }
}

/// How a list of jobs ended: the names of the jobs in four buckets.
///
/// Each job is in exactly one bucket, or in the error group that
/// [`run_with_except_star`](crate::run_with_except_star) returns beside its report. Names are in
/// spawn order, but failures that come out of an error group are in the order in which they
/// happened.
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
