use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Runs `work` without a limit until `stop` is cancelled, and for at most `grace` after that.
///
/// `None` means that `work` needed longer and was dropped. Meant for a child that cleans up after
/// the signal to stop: its scope waits for it, and this bounds the wait.
///
/// # Cancellation
///
/// Dropping the future drops `work` at its await, without a grace period. So use it in a child
/// that is signalled, `TaskGroup::spawn_with_token`: the group never drops such a child.
pub async fn with_grace_period<F: Future>(
    stop: &CancellationToken,
    grace: Duration,
    work: F,
) -> Option<F::Output> {
    let mut work = pin!(work);
    tokio::select! {
        biased;
        output = &mut work => Some(output),
        () = stop.cancelled() => timeout(grace, work).await.ok(),
    }
}
