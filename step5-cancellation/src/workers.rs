//! Three workers that do the same work, and three ways to be stopped.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{ResourceLog, tracked_resource};

/// Works for `delay` with a resource open. **It is dropped at its await**, and the resource closes
/// in a destructor: synchronously, and without anything that would have to be awaited.
pub async fn careful_worker(name: &str, delay: Duration, log: &ResourceLog) {
    let _resource = tracked_resource(name, log);
    let unless_completed = NoteCancelled { name, log };
    sleep(delay).await;
    std::mem::forget(unless_completed);
    log.note_completed(name);
}

/// There is no exception to catch at the await. What is left to a dropped worker is its destructors.
struct NoteCancelled<'a> {
    name: &'a str,
    log: &'a ResourceLog,
}

impl Drop for NoteCancelled<'_> {
    fn drop(&mut self) {
        self.log.note_cancelled(self.name);
    }
}

/// Works for `delay` with a resource open, and **is told to stop** by a token. Then it cleans up for
/// as long as `clean_up`, asynchronously: it could say goodbye to a server.
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

/// Works for `delay` with a resource open, and **does not listen**. It is told to stop, and goes on;
/// whoever owns it waits until it is done, and never learns that it should have stopped.
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
