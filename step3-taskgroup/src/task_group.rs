//! A scope owns the tasks that are spawned in it: it waits for all of them.

mod child;
mod handle;
mod membership;
mod scope;
mod state;
mod work;

use std::fmt::Display;
use std::future::pending;
use std::sync::{Arc, Weak};

use tokio_util::sync::CancellationToken;

pub use handle::TaskHandle;
use membership::{Membership, Role};
use scope::Scope;
use state::GroupState;

use crate::{ErrorGroup, ErrorNode};

/// The tasks of one scope. The first failure cancels the others.
///
/// ```
/// # use step3_taskgroup::{ErrorGroup, TaskGroup};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ErrorGroup<String>> {
/// let sum = TaskGroup::scope(async |group| {
///     let one = group.spawn(async { Ok(1) });
///     let two = group.spawn(async { Ok(2.5) });
///     Ok(f64::from(one.await) + two.await)
/// })
/// .await?;
/// assert_eq!(sum, 3.5);
/// # Ok(())
/// # }
/// ```
///
/// # What a scope guarantees
///
/// - **Ownership.** [`scope`](Self::scope) does not return while a child is running: each has
///   completed, failed, or been cancelled, and its future has been dropped.
/// - **The first failure cancels the rest**, the body included: each is dropped at an await. Work
///   comes before cancellation: a child whose work is ready in the same tick as a sibling's
///   failure still completes, as in asyncio, even if the cancellation made it ready.
/// - **Every failure is reported**, in one [`ErrorGroup`], in the order in which they happened, the
///   body's own last. `Ok` means that all children completed, or that [`cancel`](Self::cancel)
///   was called.
/// - **A panic** in a child, in the body, or in a destructor while either is cancelled, cancels the
///   rest too. After the last child has ended, the first panic resumes in the caller. Failures
///   from before it are written to standard error. A child that is cut off because its runtime
///   shuts down counts as a panic.
/// - **Scopes nest**, to any depth. A scope that is opened in the body or in a child of a group is
///   dropped with it, and so cancelled, and the enclosing scope waits for its children too. A
///   scope that is dropped passes its panic and its failures to the scope around it, and failures
///   of another type on to the next one of their type, or to standard error.
///
/// # What it cannot guarantee
///
/// - Rust has no asynchronous drop. If the future of the outermost scope is dropped, its children
///   end at their next await, but nothing waits for them. Stop a scope with
///   [`scope_until`](Self::scope_until) instead.
/// - A child that never awaits cannot be cancelled, nor can `spawn_blocking`. A task that a child
///   starts with `tokio::spawn` does not belong to the group.
/// - A panic wins over a failure. A body that unwraps a channel whose sender a failing child drops
///   panics, and the caller gets this panic, with the failure on standard error. Return an error
///   instead (`receiver.await.map_err(..)?`), or await the child's handle.
/// - Scopes nested in the *bodies* of each other are one future, so their depth is bounded by the
///   stack: about 400 in 2 MiB in a debug build.
///
/// # Comparison with `JoinSet`
///
/// - A `JoinSet` that is dropped aborts its tasks and does not wait for them.
/// - A `JoinSet` returns one result after the other, and you decide what a failure cancels.
/// - The tasks of a `JoinSet` have one type, and only its owner can spawn. The children of a group
///   have a type each, and can spawn siblings.
/// - A `JoinSet` can abort a single task, and its tasks need not be `Send`.
///
/// Two crates also have scopes. *moro* polls all children in one task, so they can borrow from the
/// body, but do not run in parallel. *task-group* returns while a sibling still runs.
///
/// # Not here, and why
///
/// - *A limit on concurrency.* A semaphore is one line in the child, and only the child knows
///   which part of its work counts.
/// - *A grace period for the whole group.* Each child needs its own clean-up; see
///   [`spawn_with_token`](Self::spawn_with_token).
/// - *Tracing spans and task-locals in children.* Wrap the future: `work.in_current_span()`,
///   `LOCAL.scope(value, work)`. A group that did so by itself would need to know them all.
/// - *Cancelling one child.* Give it a token of its own.
/// - *Children that borrow from the body.* They may outlive the scope's future if it is dropped.
///
/// # Clones
///
/// Move a clone of the group into a child that spawns siblings. A clone does not keep the scope
/// waiting. Once the scope has ended, every spawn is refused.
pub struct TaskGroup<E> {
    scope: Weak<Membership>,
    state: Arc<GroupState<E>>,
    /// The name of the children that this clone spawns.
    name: Option<Arc<str>>,
}

impl<E: Display + Send + 'static> TaskGroup<E> {
    /// Runs `body` with a new group, waits for every child, and returns the body's value.
    ///
    /// # Errors
    ///
    /// All failures of the children and the body, if there are any.
    ///
    /// # Panics
    ///
    /// When a child or the body panics, once all have ended.
    ///
    /// # Cancellation
    ///
    /// Dropping the future cancels the group and does not wait; see [`TaskGroup`].
    // The body gets the group by value. With a reference, `body` would have to be an `AsyncFnOnce`,
    // and rustc would refuse to spawn a scope whose error type has a lifetime, such as
    // `Box<dyn Error>`: "not general enough".
    pub async fn scope<T, B>(body: impl FnOnce(Self) -> B) -> Result<T, ErrorGroup<E>>
    where
        B: Future<Output = Result<T, ErrorNode<E>>>,
    {
        let value = Scope::run(pending::<()>(), body).await?;
        Ok(value.expect("a scope that is not stopped has a value, an error or a panic"))
    }

    /// Like [`scope`](Self::scope), until `stop` resolves: then cancels the group, waits for its
    /// children, and returns `None`.
    ///
    /// `stop` is any future: a sleep, a token, Ctrl-C. It is polled until the last child has ended,
    /// even if the body has returned before.
    ///
    /// # Errors
    ///
    /// As [`scope`](Self::scope). A failure wins over being stopped.
    ///
    /// # Panics
    ///
    /// As [`scope`](Self::scope); also when `stop` panics.
    ///
    /// # Cancellation
    ///
    /// As [`scope`](Self::scope).
    pub async fn scope_until<T, B>(
        stop: impl Future,
        body: impl FnOnce(Self) -> B,
    ) -> Result<Option<T>, ErrorGroup<E>>
    where
        B: Future<Output = Result<T, ErrorNode<E>>>,
    {
        Scope::run(stop, body).await
    }

    /// Spawns a child. Awaiting its handle gives the child's value.
    ///
    /// Once the group has been cancelled, by a failure or otherwise, or has ended, a spawn is
    /// refused: the future is dropped without being polled. A child that was spawned before that
    /// runs at least to its first await.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    #[track_caller]
    pub fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> TaskHandle<T> {
        self.spawn_child(Role::Child, future)
    }

    /// Spawns a child with a name, for its handle and the leaf of its failure.
    ///
    /// Otherwise as [`spawn`](Self::spawn).
    #[track_caller]
    pub fn spawn_named<T: Send + 'static>(
        &self,
        name: impl Into<Arc<str>>,
        future: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> TaskHandle<T> {
        self.named(name).spawn(future)
    }

    /// Spawns a child that returns an [`ErrorGroup`], which becomes a group within this group's.
    ///
    /// Otherwise as [`spawn`](Self::spawn).
    #[track_caller]
    pub fn spawn_group<T: Send + 'static>(
        &self,
        future: impl Future<Output = Result<T, ErrorGroup<E>>> + Send + 'static,
    ) -> TaskHandle<T> {
        self.spawn_child(Role::Child, future)
    }

    /// Spawns a child that is signalled by a token, and not dropped, when the group is cancelled.
    ///
    /// After the signal the child may clean up asynchronously, finish its work, or ignore the
    /// token. **The scope waits for it in any case**, and its result counts: an error of its
    /// clean-up is in the [`ErrorGroup`].
    ///
    /// Otherwise as [`spawn`](Self::spawn).
    #[track_caller]
    pub fn spawn_with_token<T, F>(
        &self,
        child: impl FnOnce(CancellationToken) -> F,
    ) -> TaskHandle<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let future = child(self.state.stop_children.clone());
        let role = Role::SignalledChild(CancellationToken::new());
        self.spawn_child(role, future)
    }

    /// A clone of this group whose children have the given name, however they are spawned:
    /// `group.named("page").spawn_group(..)`.
    #[must_use]
    pub fn named(&self, name: impl Into<Arc<str>>) -> Self {
        Self {
            name: Some(name.into()),
            ..self.clone()
        }
    }

    /// Cancels the children. Nothing has failed, and the body goes on.
    ///
    /// Use it when the first result makes the other children's work unnecessary. Awaiting the
    /// handle of a child that was cancelled like this is a mistake in the body, and panics.
    pub fn cancel(&self) {
        self.state.stop_children.cancel();
    }
}

impl<E> Clone for TaskGroup<E> {
    fn clone(&self) -> Self {
        Self {
            scope: Weak::clone(&self.scope),
            state: Arc::clone(&self.state),
            name: self.name.clone(),
        }
    }
}
