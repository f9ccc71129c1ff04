use std::collections::HashSet;
use std::time::Duration;

use tokio::time::sleep;

use crate::recording::Recording;

/// The longest delay of a job that is read as text or as JSON: a day.
pub(crate) const MAX_DELAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A job: it sleeps for `delay`, then completes, or fails with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSpec {
    /// The job's name. Names are unique within a list of jobs.
    pub name: String,
    /// How long the job sleeps, in whole milliseconds.
    pub delay: Duration,
    /// The message with which the job fails, or `None` if it completes.
    pub fail: Option<String>,
}

impl JobSpec {
    /// A job that completes after `milliseconds`.
    #[must_use]
    pub fn completes(name: &str, milliseconds: u64) -> Self {
        Self {
            name: name.to_owned(),
            delay: Duration::from_millis(milliseconds),
            fail: None,
        }
    }

    /// A job that fails with `message` after `milliseconds`.
    #[must_use]
    pub fn fails(name: &str, milliseconds: u64, message: &str) -> Self {
        Self {
            fail: Some(message.to_owned()),
            ..Self::completes(name, milliseconds)
        }
    }

    /// Does the job, and records its start and its end. `index` is its place among the jobs.
    ///
    /// If the returned future is dropped after its first poll, the job is recorded as cancelled.
    ///
    /// # Errors
    ///
    /// The message with which the job fails.
    pub async fn work(self, index: usize, recording: Recording) -> Result<String, String> {
        let running = recording.start(index, &self.name);
        sleep(self.delay).await;
        match self.fail {
            None => {
                running.completed();
                Ok(self.name)
            }
            Some(message) => {
                running.failed(&message);
                Err(message)
            }
        }
    }
}

/// The index of the first job that has the name of an earlier one.
pub(crate) fn find_duplicate_name(jobs: &[JobSpec]) -> Option<usize> {
    let mut names = HashSet::new();
    jobs.iter().position(|job| !names.insert(&job.name))
}
