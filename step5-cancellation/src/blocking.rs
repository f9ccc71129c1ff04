use std::fmt::Display;
use std::panic::resume_unwind;

use step3_taskgroup::{TaskGroup, TaskHandle};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

/// Runs blocking `work` on a thread of its own, as a child of `group` that the scope waits for.
///
/// A thread cannot be stopped from outside. `work` is told by the token, and looks at it between
/// two pieces of work. (Plain `spawn_blocking` in a child outlives the group: only the future that
/// waits for the thread is dropped.)
///
/// # Panics
///
/// In the child, when `work` does; the scope then panics with the same payload.
#[track_caller]
pub fn spawn_blocking_owned<T, E>(
    group: &TaskGroup<E>,
    work: impl FnOnce(&CancellationToken) -> Result<T, E> + Send + 'static,
) -> TaskHandle<T>
where
    T: Send + 'static,
    E: Display + Send + 'static,
{
    group.spawn_with_token(|stop| async move {
        match spawn_blocking(move || work(&stop)).await {
            Ok(result) => result,
            Err(error) => resume_unwind(error.into_panic()),
        }
    })
}
