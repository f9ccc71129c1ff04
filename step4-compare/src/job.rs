use std::time::Duration;

use tokio::time::sleep;

use crate::recording::Recording;

/// A job: it sleeps for `delay`, then completes, or fails with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSpec {
    /// What it is called. Names are unique within a list of jobs.
    pub name: String,
    /// How long it works, to the millisecond.
    pub delay: Duration,
    /// The message with which it fails, if it does.
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

    /// Does the job, and records what becomes of it. Its name is its value.
    pub(crate) async fn work(self, index: usize, recording: Recording) -> Result<String, String> {
        let lane = recording.start(index);
        sleep(self.delay).await;
        match self.fail {
            None => {
                lane.completed();
                Ok(self.name)
            }
            Some(message) => {
                lane.failed(&message);
                Err(message)
            }
        }
    }
}
