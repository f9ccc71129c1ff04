use std::fmt::Display;
use std::panic::resume_unwind;

use step3_taskgroup::{TaskGroup, TaskHandle};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

/// Runs the blocking function `work` on a thread, as a child of `group`. The scope waits until
/// `work` has returned.
///
/// `work` gets a token that is cancelled with the group, and should check it between two pieces of
/// work. (Plain `spawn_blocking` in a child outlives the group: cancelling the child drops only the
/// future that waits for the thread.)
///
/// # Panics
///
/// If `work` panics, the child panics, and then the scope, with the same payload.
///
/// # Cancellation
///
/// A thread cannot be stopped from outside. When the group is cancelled, `work` runs on until it
/// sees that its token is cancelled, and the scope waits. If the scope's future is dropped instead,
/// the token is cancelled too, but nothing waits for the thread. If the spawn is refused because
/// the group was already cancelled, `work` is dropped and never called.
#[track_caller]
pub fn spawn_blocking_in<T, E>(
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
