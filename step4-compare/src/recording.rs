//! What happened in a run, in order, and when. Reports and timelines are read off it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

/// A run's notebook. Clones write into the same one.
#[derive(Clone)]
pub struct Recording {
    start: Instant,
    events: Arc<Mutex<Vec<Event>>>,
}

#[derive(Clone, Debug)]
pub struct Event {
    pub at_ms: u64,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    Started(usize),
    Completed(usize),
    Failed(usize, String),
    Cancelled(usize),
    /// The caller has its answer; what comes after this, it does not see.
    Answered,
}

impl Recording {
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            events: Arc::default(),
        }
    }

    /// Notes that the job has started. If the lane is dropped before the job's end has been noted,
    /// the job was cancelled.
    pub fn start(self, job: usize) -> Lane {
        self.note(What::Started(job));
        Lane {
            job,
            recording: self,
            ended: false,
        }
    }

    pub fn answered(&self) {
        self.note(What::Answered);
    }

    pub fn events(&self) -> Vec<Event> {
        self.lock().clone()
    }

    fn note(&self, what: What) {
        let elapsed = self.start.elapsed().as_millis();
        let at_ms = elapsed.try_into().unwrap_or(u64::MAX);
        self.lock().push(Event { at_ms, what });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One job, while it runs.
pub struct Lane {
    job: usize,
    recording: Recording,
    ended: bool,
}

impl Lane {
    pub fn completed(mut self) {
        self.ended = true;
        self.recording.note(What::Completed(self.job));
    }

    pub fn failed(mut self, message: &str) {
        self.ended = true;
        self.recording
            .note(What::Failed(self.job, message.to_owned()));
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if !self.ended {
            self.recording.note(What::Cancelled(self.job));
        }
    }
}
