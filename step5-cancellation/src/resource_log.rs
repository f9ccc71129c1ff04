use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Which resources were opened and closed, and how the workers that held them ended. Clones share
/// one log.
#[derive(Clone, Debug, Default)]
pub struct ResourceLog(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    opened: Vec<String>,
    closed: Vec<String>,
    completed: Vec<String>,
    cancelled: Vec<String>,
}

impl ResourceLog {
    /// The names of the resources that were opened, in order of opening.
    #[must_use]
    pub fn opened(&self) -> Vec<String> {
        self.entries().opened.clone()
    }

    /// The names of the resources that were closed, in order of closing.
    #[must_use]
    pub fn closed(&self) -> Vec<String> {
        self.entries().closed.clone()
    }

    /// The workers that completed their work, in order.
    #[must_use]
    pub fn completed(&self) -> Vec<String> {
        self.entries().completed.clone()
    }

    /// The workers that were cancelled before that, in order.
    #[must_use]
    pub fn cancelled(&self) -> Vec<String> {
        self.entries().cancelled.clone()
    }

    /// The names of the resources that are open now, in order of opening.
    ///
    /// Openings are counted, not names: a name that was opened twice and closed once is one leak.
    #[must_use]
    pub fn leaked(&self) -> Vec<String> {
        let entries = self.entries();
        let mut open = entries.opened.clone();
        for closed in &entries.closed {
            if let Some(index) = open.iter().position(|name| name == closed) {
                open.remove(index);
            }
        }
        open
    }

    pub(crate) fn note_completed(&self, name: &str) {
        self.entries().completed.push(name.to_owned());
    }

    pub(crate) fn note_cancelled(&self, name: &str) {
        self.entries().cancelled.push(name.to_owned());
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a resource. It closes when the returned value is dropped: at the end of a block, on an
/// error, on a panic, or when its task is cancelled at an await.
#[must_use]
pub fn tracked_resource(name: &str, log: &ResourceLog) -> TrackedResource {
    log.entries().opened.push(name.to_owned());
    TrackedResource {
        name: name.to_owned(),
        log: log.clone(),
    }
}

/// An open resource; see [`tracked_resource`].
#[derive(Debug)]
pub struct TrackedResource {
    name: String,
    log: ResourceLog,
}

impl Drop for TrackedResource {
    fn drop(&mut self) {
        self.log.entries().closed.push(self.name.clone());
    }
}
