use std::panic::resume_unwind;

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::task::JoinError;

/// Runs every future as a task and returns their values in input order, or the first error as soon
/// as there is one.
///
/// This is `asyncio.gather(...)`. "First" is first in time, not in input order.
///
/// # After an error
///
/// The tasks that have not finished run on as orphans: nothing stops them or waits for them, and
/// their results, errors included, are dropped.
///
/// # Errors
///
/// The first error that any of the futures returned.
///
/// # Panics
///
/// If a task panics, the panic resumes in the caller, and the other tasks run on as they do after
/// an error. Also panics outside a tokio runtime, and when the runtime shuts down.
///
/// # Cancellation
///
/// Nothing is spawned before the first poll. Dropping the future after that detaches the tasks:
/// they run on. (Cancelling an `asyncio.gather` cancels its children; here it does not.)
pub async fn gather<F, T, E>(futures: impl IntoIterator<Item = F>) -> Result<Vec<T>, E>
where
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let mut running: FuturesUnordered<_> = futures
        .into_iter()
        .enumerate()
        .map(|(index, future)| tokio::spawn(async move { (index, future.await) }))
        .collect();

    let mut values = Vec::with_capacity(running.len());
    while let Some(joined) = running.next().await {
        let (index, result) = unwrap_joined(joined);
        values.push((index, result?));
    }
    values.sort_unstable_by_key(|(index, _)| *index);
    Ok(values.into_iter().map(|(_, value)| value).collect())
}

/// Runs every future as a task, waits for all of them, and returns their outputs in input order.
///
/// This is `asyncio.gather(..., return_exceptions=True)`: an error is a value in its place.
///
/// # Panics
///
/// If a task panics, the panic resumes in the caller once every task has ended; if several panic,
/// the first in input order. Also panics outside a tokio runtime, and when the runtime shuts down.
///
/// # Cancellation
///
/// As with [`gather`]: nothing is spawned before the first poll, and the tasks run on.
pub async fn gather_settled<F, T>(futures: impl IntoIterator<Item = F>) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let tasks = futures.into_iter().map(tokio::spawn);
    let settled = join_all(tasks).await;
    settled.into_iter().map(unwrap_joined).collect()
}

/// Returns the value of a task, or resumes its panic. A `JoinError` is always a panic here: these
/// tasks are never aborted, unless the runtime shuts down.
fn unwrap_joined<T>(joined: Result<T, JoinError>) -> T {
    joined.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}
