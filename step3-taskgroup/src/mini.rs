//! A small task group in three layers. Each adds the answer to one question.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{ErrorGroup, ErrorNode};

/// Waits for all its tasks, and stops none.
#[derive(Debug, Default)]
pub struct WaitingGroup {
    handles: Vec<JoinHandle<()>>,
}

impl WaitingGroup {
    /// Spawns a task.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn spawn(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.handles.push(tokio::spawn(work));
    }

    /// Waits until every task has ended.
    ///
    /// # Panics
    ///
    /// When a task has panicked.
    ///
    /// # Cancellation
    ///
    /// Dropping the future detaches the tasks.
    pub async fn wait(self) {
        for handle in self.handles {
            handle.await.expect("no task panics");
        }
    }
}

/// A [`WaitingGroup`] whose first failure drops the work of the other tasks.
#[derive(Debug, Default)]
pub struct StoppingGroup {
    tasks: WaitingGroup,
    stop: CancellationToken,
}

impl StoppingGroup {
    /// Spawns a task. Its failure stops the others, and is lost.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn spawn<E>(&mut self, work: impl Future<Output = Result<(), E>> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                biased;
                result = work => {
                    if result.is_err() {
                        stop.cancel();
                    }
                }
                () = stop.cancelled() => {}
            }
        });
    }

    /// Waits until every task has ended.
    ///
    /// # Panics
    ///
    /// When a task has panicked.
    ///
    /// # Cancellation
    ///
    /// Dropping the future detaches the tasks.
    pub async fn wait(self) {
        self.tasks.wait().await;
    }
}

/// A [`StoppingGroup`] that returns every failure.
#[derive(Debug, Default)]
pub struct ReportingGroup {
    tasks: StoppingGroup,
    failed: Arc<Mutex<Vec<&'static str>>>,
}

impl ReportingGroup {
    /// Spawns a task. Its failure stops the others, and is kept.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn spawn(&mut self, work: impl Future<Output = Result<(), &'static str>> + Send + 'static) {
        let failed = Arc::clone(&self.failed);
        self.tasks.spawn(async move {
            let result = work.await;
            if let Err(error) = result {
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.push(error);
            }
            result
        });
    }

    /// Waits until every task has ended.
    ///
    /// # Errors
    ///
    /// All failures, in the order in which they happened.
    ///
    /// # Panics
    ///
    /// When a task has panicked.
    ///
    /// # Cancellation
    ///
    /// Dropping the future detaches the tasks.
    pub async fn wait(self) -> Result<(), ErrorGroup<&'static str>> {
        self.tasks.wait().await;
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = mem::take(&mut *failed).into_iter().map(ErrorNode::from);
        ErrorGroup::new("", failed).map_or(Ok(()), Err)
    }
}
