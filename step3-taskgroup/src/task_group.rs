//! A scope owns the tasks that are spawned in it: it waits for all of them.

use std::any::Any;
use std::convert::Infallible;
use std::fmt::{self, Debug, Display};
use std::future::{pending, poll_fn};
use std::mem;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{ErrorGroup, ErrorNode, Leaf, TaskName};

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
///   failure still completes, as in asyncio. That includes work which the cancellation itself
///   makes ready, such as a permit that a dropped sibling released; such a child is dropped at its
///   next await.
/// - **Every failure is reported**, in one [`ErrorGroup`], in the order in which they happened, the
///   body's own last.
/// - **A panic** in a child, in the body, or in a destructor while either is cancelled, cancels the
///   rest too. Once all children have ended, the first panic resumes in the caller, with its own
///   payload. Failures from before it are written to standard error.
/// - **Scopes nest.** A scope opened in the body or in a child of another group belongs to that
///   group: it is dropped with that body or child, and so cancelled, and the outer scope waits
///   for its children too.
///
/// # What it cannot guarantee
///
/// Rust has no asynchronous drop. If the future of the outermost scope is dropped, its children are
/// cancelled and end at their next await, but nothing waits for them. If the future of an *inner*
/// scope is dropped, by a timeout say, the enclosing group still waits for the inner scope's
/// children, but what they report after that is lost.
/// To stop a scope *and* wait, use [`scope_until`](Self::scope_until).
///
/// # Clones
///
/// Move a clone of the group into a child that spawns siblings. A clone does not keep the scope
/// waiting. Once the scope has ended, every spawn is refused.
pub struct TaskGroup<E> {
    membership: Weak<Membership>,
    state: Arc<GroupState<E>>,
}

/// Held by the body and by each child of a scope. The scope has ended when the last of them has
/// dropped it.
struct Membership {
    /// Never sent on. Dropping it wakes the scope's receiver: the last child has ended.
    _ended: oneshot::Sender<Infallible>,
    /// Keeps the enclosing scope waiting for the children of this one.
    _outer: Option<Arc<Membership>>,
}

struct GroupState<E> {
    /// Stops the body and the children.
    stop: CancellationToken,
    /// Stops the children alone; a child of `stop`.
    stop_children: CancellationToken,
    spawned: AtomicUsize,
    failed: Mutex<Vec<ErrorNode<E>>>,
    panic: Mutex<Option<Panic>>,
}

type Panic = Box<dyn Any + Send>;

/// What cancellation does to a child.
#[derive(Clone, Copy)]
enum OnCancel {
    Drop,
    Signal,
}

tokio::task_local! {
    /// The scope whose body or child is running.
    static CURRENT_SCOPE: Arc<Membership>;
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
        let Ok(value) = Self::run(pending::<Infallible>(), body).await?;
        Ok(value)
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
        Ok(Self::run(stop, body).await?.ok())
    }

    /// Returns the body's value, or the output of `stop`.
    async fn run<T, B, S>(
        stop: impl Future<Output = S>,
        body: impl FnOnce(Self) -> B,
    ) -> Result<Result<T, S>, ErrorGroup<E>>
    where
        B: Future<Output = Result<T, ErrorNode<E>>>,
    {
        let token = CancellationToken::new();
        let _cancel_when_dropped = token.clone().drop_guard();
        let state = Arc::new(GroupState {
            stop_children: token.child_token(),
            stop: token,
            spawned: AtomicUsize::new(0),
            failed: Mutex::default(),
            panic: Mutex::default(),
        });
        let (ended, has_ended) = oneshot::channel();
        let membership = Arc::new(Membership {
            _ended: ended,
            _outer: CURRENT_SCOPE.try_with(Arc::clone).ok(),
        });
        let group = Self {
            membership: Arc::downgrade(&membership),
            state: Arc::clone(&state),
        };

        let work = async {
            let body = async {
                let mut body = pin!(Some(async { body(group).await }));
                run_until_cancelled(body.as_mut(), Some(&state.stop)).await
            };
            let (result, panic) = CURRENT_SCOPE.scope(membership, body).await;
            state.record_panic(panic);
            if !matches!(result, Some(Ok(_))) {
                state.stop.cancel();
            }
            let Err(_) = has_ended.await;
            result
        };
        let mut work = pin!(work);
        let mut stop = pin!(Some(stop));
        let mut stopped = None;
        let result = tokio::select! {
            biased;
            result = &mut work => result,
            (output, panic) = run_until_cancelled(stop.as_mut(), None) => {
                stopped = output;
                state.record_panic(panic);
                state.stop.cancel();
                work.await
            }
        };

        let (value, body_failed) = match result {
            Some(Ok(value)) => (Some(value), None),
            Some(Err(error)) => (None, Some(error)),
            None => (None, None),
        };
        state.finish(body_failed)?;
        match (stopped, value) {
            (Some(stopped), _) => Ok(Err(stopped)),
            (None, Some(value)) => Ok(Ok(value)),
            (None, None) => unreachable!("only a failure, a panic or `stop` stops a body"),
        }
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
        self.spawn_child(None, OnCancel::Drop, future)
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
        self.spawn_child(Some(name.into()), OnCancel::Drop, future)
    }

    /// Spawns a child that returns an [`ErrorGroup`], which becomes a group within this group's.
    ///
    /// Otherwise as [`spawn`](Self::spawn).
    #[track_caller]
    pub fn spawn_group<T: Send + 'static>(
        &self,
        future: impl Future<Output = Result<T, ErrorGroup<E>>> + Send + 'static,
    ) -> TaskHandle<T> {
        self.spawn_child(None, OnCancel::Drop, future)
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
        self.spawn_child(None, OnCancel::Signal, future)
    }

    #[track_caller]
    fn spawn_child<T, N>(
        &self,
        name: Option<Arc<str>>,
        on_cancel: OnCancel,
        future: impl Future<Output = Result<T, N>> + Send + 'static,
    ) -> TaskHandle<T>
    where
        T: Send + 'static,
        N: Into<ErrorNode<E>> + Send + 'static,
    {
        let location = Location::caller();
        let index = self.state.spawned.fetch_add(1, Ordering::Relaxed);
        let name = name.map_or(TaskName::Index(index), TaskName::Named);
        let (sender, value) = oneshot::channel();
        let mut handle = TaskHandle {
            name: name.clone(),
            value: Some(value),
            task: None,
        };

        // While the child holds the membership, the scope waits.
        let Some(membership) = self.membership.upgrade() else {
            let _ = sender.send(None);
            return handle;
        };
        if self.state.stop_children.is_cancelled() {
            self.state.resolve_without_value(sender);
            return handle;
        }
        let state = Arc::clone(&self.state);
        // Boxed: otherwise each async block and function around it would hold a copy.
        let mut future = Some(Box::pin(future));
        let child = async move {
            let stop = match on_cancel {
                OnCancel::Drop => Some(&state.stop_children),
                OnCancel::Signal => None,
            };
            let (output, panic) = run_until_cancelled(Pin::new(&mut future), stop).await;
            state.record_panic(panic);
            // If the handle is gone, the value is dropped here, and its destructor may panic.
            let reported = catch_unwind(AssertUnwindSafe(|| match output {
                Some(Ok(value)) => drop(sender.send(Some(value))),
                Some(Err(error)) => state.record_failure(error.into(), name, location),
                None => state.resolve_without_value(sender),
            }));
            state.record_panic(reported.err());
        };
        let child = CURRENT_SCOPE.scope(membership, child);
        handle.task = Some(tokio::spawn(child));
        handle
    }

    /// Cancels the children. Nothing has failed, and the body goes on.
    ///
    /// Use it when the first result makes the other children's work unnecessary. Awaiting the
    /// handle of a child that was cancelled like this is a mistake, and panics.
    pub fn cancel(&self) {
        self.state.stop_children.cancel();
    }
}

impl<E> Clone for TaskGroup<E> {
    fn clone(&self) -> Self {
        Self {
            membership: Weak::clone(&self.membership),
            state: Arc::clone(&self.state),
        }
    }
}

impl<E: Display> GroupState<E> {
    fn record_failure(
        &self,
        mut node: ErrorNode<E>,
        name: TaskName,
        line: &'static Location<'static>,
    ) {
        if let ErrorNode::Leaf(Leaf { task, location, .. }) = &mut node {
            *task = name;
            *location = line;
        }
        lock(&self.failed).push(node);
        self.stop.cancel();
    }

    /// Keeps the first panic, and cancels the group.
    fn record_panic(&self, panic: Option<Panic>) {
        if panic.is_some() {
            let mut first = lock(&self.panic);
            if first.is_none() {
                *first = panic;
            }
            drop(first);
            self.stop.cancel();
        }
    }

    /// Skipped while the whole group is cancelled: the awaiting task is about to be dropped.
    fn resolve_without_value<T>(&self, sender: oneshot::Sender<Option<T>>) {
        if !self.stop.is_cancelled() {
            let _ = sender.send(None);
        }
    }

    /// Builds the scope's result after all children have ended.
    fn finish(&self, body_failed: Option<ErrorNode<E>>) -> Result<(), ErrorGroup<E>> {
        let failed = mem::take(&mut *lock(&self.failed));
        let errors = ErrorGroup::new("", failed.into_iter().chain(body_failed));
        let panic = lock(&self.panic).take();
        if let Some(panic) = panic {
            if let Some(errors) = errors {
                eprintln!("failed before the panic: {}", errors.tree());
            }
            resume_unwind(panic);
        }
        errors.map_or(Ok(()), Err)
    }
}

/// A child of a group. Awaiting it gives **the child's value**.
///
/// Not a `Result`: when a child fails, its whole group is cancelled, and the body and the siblings
/// are dropped at their next await, which may be this one. Await a handle in the body, in a
/// sibling, or, as in Python, after the scope has returned its value; elsewhere the handle of a
/// child that failed never resolves.
///
/// Dropping the handle changes nothing for the child.
///
/// # Panics
///
/// When awaited although [`TaskGroup::cancel`] cancelled the child, or its spawn was refused
/// because the scope had ended; and when awaited again after it gave its value.
pub struct TaskHandle<T> {
    name: TaskName,
    /// None once it is known that no value will come.
    value: Option<oneshot::Receiver<Option<T>>>,
    /// None if the spawn was refused, or the value has been taken.
    task: Option<JoinHandle<()>>,
}

impl<T> TaskHandle<T> {
    /// The name that the child was given, or its number.
    #[must_use]
    pub fn name(&self) -> &TaskName {
        &self.name
    }

    /// Whether the child has completed, failed, panicked, or been cancelled.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.value.as_ref().is_none_or(|value| !value.is_empty())
            || self.task.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl<T> Future for TaskHandle<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let Some(value) = &mut self.value else {
            return Poll::Pending;
        };
        match ready!(Pin::new(value).poll(cx)) {
            Ok(Some(value)) => {
                self.task = None;
                Poll::Ready(value)
            }
            Ok(None) => panic!("{} was cancelled and has no value", self.name),
            Err(_) => {
                self.value = None;
                Poll::Pending
            }
        }
    }
}

impl<T> Debug for TaskHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskHandle")
            .field("name", &self.name)
            .field("is_finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}

/// Runs `work` to its end, or until `stop` is cancelled, and drops it.
///
/// Unlike the method of tokio-util's token with this name, it polls the work first, so that work
/// that is ready wins, and it catches a panic of the work or of its destructor. In the latter case
/// there may be an output too.
async fn run_until_cancelled<F: Future>(
    mut work: Pin<&mut Option<F>>,
    stop: Option<&CancellationToken>,
) -> (Option<F::Output>, Option<Panic>) {
    let mut stopped = pin!(stop.map(CancellationToken::cancelled));
    let ended = poll_fn(|cx| {
        let Some(work) = work.as_mut().as_pin_mut() else {
            return Poll::Ready(Ok(None));
        };
        match catch_unwind(AssertUnwindSafe(|| work.poll(cx))) {
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(Some(output))),
            Ok(Poll::Pending) => match stopped.as_mut().as_pin_mut() {
                Some(stopped) => stopped.poll(cx).map(|()| Ok(None)),
                None => Poll::Pending,
            },
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await;
    let dropped = catch_unwind(AssertUnwindSafe(|| work.set(None)));
    match ended {
        Ok(output) => (output, dropped.err()),
        Err(panic) => (None, Some(panic)),
    }
}

/// No code that can panic runs while it is locked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
