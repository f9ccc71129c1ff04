use std::time::Duration;

use tokio::time::sleep;

use crate::{BoxError, FatalError, TolerableError};

/// A job that sleeps, and then succeeds or fails in one of three ways.
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
        Self {
            name,
            delay: Duration::from_millis(milliseconds),
            failure: None,
        }
    }

    /// A job that fails with a [`TolerableError`].
    #[must_use]
    pub fn tolerable(name: &'static str, milliseconds: u64, message: &'static str) -> Self {
        let failure = Some(Failure::Tolerable(message));
        Self {
            failure,
            ..Self::succeeds(name, milliseconds)
        }
    }

    /// A job that fails with a [`FatalError`].
    #[must_use]
    pub fn fatal(name: &'static str, milliseconds: u64, message: &'static str) -> Self {
        let failure = Some(Failure::Fatal(message));
        Self {
            failure,
            ..Self::succeeds(name, milliseconds)
        }
    }

    /// A job that fails with an error that is neither of the two.
    #[must_use]
    pub fn unclassified(name: &'static str, milliseconds: u64, message: &'static str) -> Self {
        let failure = Some(Failure::Unclassified(message));
        Self {
            failure,
            ..Self::succeeds(name, milliseconds)
        }
    }

    /// What the job is called.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Does the job.
    ///
    /// # Errors
    ///
    /// What the job was made to fail with.
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

/// What became of a list of jobs, by their names.
///
/// Each job is in exactly one bucket, or among what
/// [`run_with_except_star`](crate::run_with_except_star) gives back beside its report. A bucket is
/// in spawn order; but failures that come out of a group are in the order in which they happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartialReport {
    /// Jobs that did what they should.
    pub succeeded: Vec<String>,
    /// Failures that were recorded and passed over.
    pub tolerated: Vec<String>,
    /// Failures that were not.
    pub fatal: Vec<String>,
    /// Jobs that a failure cut off. The article has no such bucket, and these jobs are in none of
    /// its three.
    pub cancelled: Vec<String>,
}
