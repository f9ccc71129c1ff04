use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::{JobLane, Outcome};

/// What happens in one run, and when. Reports and timelines are built from it. Clones share it.
#[derive(Clone, Debug)]
pub struct Recording {
    start: Instant,
    events: Arc<Mutex<Events>>,
}

/// What a [`Recording`] holds.
#[derive(Clone, Debug, Default)]
pub struct Events {
    /// Each job's index and lane, in the order in which the jobs ended.
    pub ended: Vec<(usize, JobLane)>,
    /// When the caller got its result, in milliseconds since the run began.
    pub caller_at_ms: Option<u64>,
}

impl Recording {
    /// Begins a recording. Its times count from now.
    #[must_use]
    pub fn begin() -> Self {
        Self {
            start: Instant::now(),
            events: Arc::default(),
        }
    }

    /// Records that the job has started. Dropping what is returned records that it has ended.
    pub fn start(self, index: usize, name: &str) -> RunningJob {
        let lane = JobLane {
            name: name.to_owned(),
            start_ms: self.elapsed_ms(),
            end_ms: 0,
            outcome: Outcome::Cancelled,
            orphan: false,
            error: None,
        };
        RunningJob {
            index,
            lane,
            recording: self,
        }
    }

    /// Records that the caller has its result now. A job that ends after that is an orphan.
    pub fn caller_returned(&self) {
        self.lock().caller_at_ms = Some(self.elapsed_ms());
    }

    /// What has been recorded until now.
    #[must_use]
    pub fn events(&self) -> Events {
        self.lock().clone()
    }

    fn elapsed_ms(&self) -> u64 {
        let elapsed = self.start.elapsed().as_millis();
        elapsed.try_into().unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Events> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job that has started. Dropping this records the job's end: the job was cancelled, unless it
/// completed or failed before.
#[derive(Debug)]
#[must_use = "dropping it records the end of the job"]
pub struct RunningJob {
    index: usize,
    lane: JobLane,
    recording: Recording,
}

impl RunningJob {
    /// Records that the job has completed.
    pub fn completed(mut self) {
        self.lane.outcome = Outcome::Completed;
    }

    /// Records that the job has failed with this message.
    pub fn failed(mut self, message: &str) {
        self.lane.outcome = Outcome::Failed;
        self.lane.error = Some(message.to_owned());
    }
}

impl Drop for RunningJob {
    fn drop(&mut self) {
        let mut events = self.recording.lock();
        self.lane.end_ms = self.recording.elapsed_ms();
        self.lane.orphan = events.caller_at_ms.is_some();
        events.ended.push((self.index, self.lane.clone()));
    }
}
