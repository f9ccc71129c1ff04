//! What happened in a run, and when. Reports and timelines are built from it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::{JobLane, Outcome};

/// The recording of one run. Clones share it.
#[derive(Clone)]
pub struct Recording {
    start: Instant,
    events: Arc<Mutex<Events>>,
}

#[derive(Clone, Default)]
pub struct Events {
    /// Each job's index and lane, in the order in which the jobs ended.
    pub ended: Vec<(usize, JobLane)>,
    /// When the caller got its result. A job that ends after that is an orphan.
    pub caller_at_ms: Option<u64>,
}

impl Recording {
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            events: Arc::default(),
        }
    }

    /// Records that the job has started.
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

    pub fn caller_returned(&self) {
        self.lock().caller_at_ms = Some(self.elapsed_ms());
    }

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
pub struct RunningJob {
    index: usize,
    lane: JobLane,
    recording: Recording,
}

impl RunningJob {
    pub fn completed(mut self) {
        self.lane.outcome = Outcome::Completed;
    }

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
