//! Three workers that do the same work and are stopped in three ways.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{ResourceLog, tracked_resource};

/// Works for `delay` with a resource open.
///
/// # Cancellation
///
/// The worker is **dropped at its await**. Destructors close the resource and note in `log` that
/// the worker was cancelled. A destructor cannot await.
pub async fn careful_worker(name: &str, delay: Duration, log: &ResourceLog) {
    let _resource = tracked_resource(name, log);
    let mut cancelled_guard = CancelledGuard {
        name,
        log,
        completed: false,
    };
    sleep(delay).await;
    cancelled_guard.completed = true;
    log.note_completed(name);
}

/// Notes that the worker was cancelled, if it is dropped before `completed` is set.
struct CancelledGuard<'a> {
    name: &'a str,
    log: &'a ResourceLog,
    completed: bool,
}

impl Drop for CancelledGuard<'_> {
    fn drop(&mut self) {
        if !self.completed {
            self.log.note_cancelled(self.name);
        }
    }
}

/// Works for `delay` with a resource open. When `stop` is cancelled first, it **cleans up
/// asynchronously**, for as long as `clean_up`: it could send a last message to a server.
///
/// # Cancellation
///
/// Cancel `stop` and wait. If the future is dropped instead, only the resource closes.
pub async fn cleaning_worker(
    name: &str,
    delay: Duration,
    clean_up: Duration,
    log: &ResourceLog,
    stop: &CancellationToken,
) {
    let _resource = tracked_resource(name, log);
    if stop.run_until_cancelled(sleep(delay)).await.is_some() {
        log.note_completed(name);
    } else {
        sleep(clean_up).await;
        log.note_cancelled(name);
    }
}

/// Works for `delay` with a resource open and **ignores the signal to stop**. The scope waits until
/// the work is done, and `log` does not show that the worker should have stopped.
///
/// The article's `swallowing_worker` catches its cancellation, returns at once, and notes that
/// `NAME:swallowed` has completed. A future that is dropped cannot do that.
///
/// # Cancellation
///
/// Cancelling `_stop` changes nothing. If the future is dropped, the resource closes, and `log` has
/// neither a completed nor a cancelled worker.
pub async fn swallowing_worker(
    name: &str,
    delay: Duration,
    log: &ResourceLog,
    _stop: &CancellationToken,
) {
    let _resource = tracked_resource(name, log);
    sleep(delay).await;
    log.note_completed(name);
}
