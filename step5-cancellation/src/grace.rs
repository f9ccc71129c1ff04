use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// The output of `work`, which has no limit until `stop` is cancelled, and from then on `grace`.
/// `None` if it took longer: then it has been dropped.
///
/// For a child that is told to stop and cleans up: it should not keep everybody waiting for ever.
pub async fn within_grace<F: Future>(
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
