use std::fmt::Display;
use std::panic::Location;
use std::sync::Arc;

use step3_taskgroup::{ErrorGroup, ErrorNode, Leaf, TaskGroup, TaskName};
use tokio::sync::mpsc::unbounded_channel;

/// Runs all `racers` at once, each with its name, and returns the value of the first that succeeds.
///
/// The opposite of a scope: the first *success* cancels the rest, and a failure cancels nothing.
/// When this function returns, every racer has ended and its future has been dropped. A loser that
/// owns a scope is waited for with all children of that scope. If several racers succeed at the
/// same moment, one of them wins, and the values of the others are dropped.
///
/// # Errors
///
/// If all racers fail, all failures, each with the name of its racer, in the order in which they
/// failed. If one racer succeeds, the failures of the others are dropped.
///
/// # Panics
///
/// If a racer panics, the race is over: the other racers are cancelled and waited for, then the
/// panic continues in the caller, with the same payload. Also panics if there are no racers, since
/// then there is neither a value nor a failure to return.
///
/// # Cancellation
///
/// Dropping the future cancels the racers and does not wait for them. In a child or body of a
/// [`TaskGroup`], the group's scope waits for them.
pub async fn race<N, F, T, E>(racers: impl IntoIterator<Item = (N, F)>) -> Result<T, ErrorGroup<E>>
where
    N: Into<Arc<str>>,
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Display + Send + 'static,
{
    let mut failures = Vec::new();
    let winner = TaskGroup::<E>::scope(async |group| {
        let (sender, mut results) = unbounded_channel();
        for (name, racer) in racers {
            let (task, sender) = (TaskName::Named(name.into()), sender.clone());
            group.spawn(async move {
                // A failure must not fail the child, since that would cancel the other racers.
                let _ = sender.send((task, racer.await));
                Ok(())
            });
        }
        drop(sender);
        while let Some((task, result)) = results.recv().await {
            match result {
                Ok(value) => {
                    group.cancel();
                    return Ok(Some(value));
                }
                Err(error) => failures.push(ErrorNode::Leaf(Leaf {
                    error,
                    task,
                    location: Location::caller(),
                })),
            }
        }
        Ok(None)
    })
    .await?;
    winner.ok_or_else(|| ErrorGroup::new("", failures).expect("a race needs at least one racer"))
}
