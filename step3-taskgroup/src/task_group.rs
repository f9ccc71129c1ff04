//! Tasks that have an owner: the scope in which they were spawned waits for them.

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

/// The tasks of one scope, which succeed or fail together.
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
/// - **The first failure stops the rest**, the body included. To be stopped is to be dropped at
///   an await. Work comes before cancellation: a child whose work is ready in the same tick as a
///   sibling's failure still finishes, as in asyncio. That includes work which the
///   cancellation itself makes ready, such as a permit that a dropped sibling gave back: behind it
///   the child is dropped at its next await.
/// - **Every failure is heard.** They come as one [`ErrorGroup`], in the order in which they
///   failed, the body's own last.
/// - **A panic** in a child, in the body, or in a destructor while either is stopped, stops the
///   rest too. Once all are gone the first panic goes on in the caller, with its own payload.
///   Failures that had been reported by then are written to standard error.
/// - **Scopes nest.** A scope opened in the body or in a child of another group belongs to that
///   group: it is dropped with that body or child, and so cancelled, and its children are among
///   those that the outer scope waits for.
///
/// # What it cannot guarantee
///
/// A future can be dropped, and Rust has no asynchronous drop. If the outermost scope's future is
/// dropped, its children are cancelled and stop at their next await, but nobody waits for them.
/// If an *inner* scope's future is dropped, by a timeout say, the enclosing group still waits for
/// the inner one's children; what they report after that has nobody left to hear it.
/// To stop a scope *and* wait, use [`scope_until`](Self::scope_until).
///
/// # Clones
///
/// The group can be cloned, and a clone moved into a child that spawns siblings of its own. A
/// clone keeps no scope waiting; once its scope has ended, it refuses every spawn.
pub struct TaskGroup<E> {
    membership: Weak<Membership>,
    shared: Arc<Shared<E>>,
}

/// Held by the scope's own future and by each of its children. The scope has ended when the last
/// of them lets go.
struct Membership {
    /// Says one thing, by being dropped: the scope has ended.
    _ended: oneshot::Sender<Infallible>,
    /// As long as this scope has members, so has the one around it.
    _outer: Option<Arc<Membership>>,
}

struct Shared<E> {
    /// Stops the body and the children.
    stop: CancellationToken,
    /// Stops the children alone; a child of `stop`.
    stop_children: CancellationToken,
    spawned: AtomicUsize,
    failed: Mutex<Vec<ErrorNode<E>>>,
    panic: Mutex<Option<Panic>>,
}

type Panic = Box<dyn Any + Send>;

/// What stopping means for a child.
#[derive(Clone, Copy)]
enum Stopped {
    Dropped,
    Told,
}

tokio::task_local! {
    /// The scope whose body or child is running.
    static ENCLOSING: Arc<Membership>;
}

impl<E: Display + Send + 'static> TaskGroup<E> {
    /// Runs `body` with a new group, waits for every child, and gives the body's value.
    ///
    /// # Errors
    ///
    /// Everything that failed, if anything did: children and body.
    ///
    /// # Panics
    ///
    /// When a child or the body panics, once all have ended.
    ///
    /// # Cancellation
    ///
    /// Dropping the future cancels the group and does not wait; see [`TaskGroup`].
    // The body gets the group by value. With a reference this would have to be an `AsyncFnOnce`, and
    // rustc then finds a scope whose error type has a lifetime, `Box<dyn Error>` included, "not
    // general enough" to be spawned.
    pub async fn scope<T, B>(body: impl FnOnce(Self) -> B) -> Result<T, ErrorGroup<E>>
    where
        B: Future<Output = Result<T, ErrorNode<E>>>,
    {
        let Ok(value) = Self::run(pending::<Infallible>(), body).await?;
        Ok(value)
    }

    /// Like [`scope`](Self::scope), until `stop` resolves: then the group is cancelled, its
    /// children are waited for, and the answer is `None`.
    ///
    /// `stop` is any future: a sleep, a token, Ctrl-C. It counts until the last child has ended,
    /// also when the body has returned long ago.
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

    /// Gives the body's value, or what `stop` resolved to.
    async fn run<T, B, S>(
        stop: impl Future<Output = S>,
        body: impl FnOnce(Self) -> B,
    ) -> Result<Result<T, S>, ErrorGroup<E>>
    where
        B: Future<Output = Result<T, ErrorNode<E>>>,
    {
        let token = CancellationToken::new();
        let _cancel_when_dropped = token.clone().drop_guard();
        let shared = Arc::new(Shared {
            stop_children: token.child_token(),
            stop: token,
            spawned: AtomicUsize::new(0),
            failed: Mutex::default(),
            panic: Mutex::default(),
        });
        let (ended, has_ended) = oneshot::channel();
        let membership = Arc::new(Membership {
            _ended: ended,
            _outer: ENCLOSING.try_with(Arc::clone).ok(),
        });
        let group = Self {
            membership: Arc::downgrade(&membership),
            shared: Arc::clone(&shared),
        };

        let work = async {
            let body = async {
                let mut body = pin!(Some(async { body(group).await }));
                work_first(body.as_mut(), Some(&shared.stop)).await
            };
            let (result, panic) = ENCLOSING.scope(membership, body).await;
            shared.keep_panic(panic);
            if !matches!(result, Some(Ok(_))) {
                shared.stop.cancel();
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
            (output, panic) = work_first(stop.as_mut(), None) => {
                stopped = output;
                shared.keep_panic(panic);
                shared.stop.cancel();
                work.await
            }
        };

        let (value, body_failed) = match result {
            Some(Ok(value)) => (Some(value), None),
            Some(Err(error)) => (None, Some(error)),
            None => (None, None),
        };
        shared.conclude(body_failed)?;
        match (stopped, value) {
            (Some(stopped), _) => Ok(Err(stopped)),
            (None, Some(value)) => Ok(Ok(value)),
            (None, None) => unreachable!("only a failure, a panic or `stop` stops a body"),
        }
    }

    /// Starts a child. Its handle gives the child's value.
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
        self.spawn_child(None, Stopped::Dropped, future)
    }

    /// Starts a child that has a name, which its handle and the leaf of its failure carry.
    ///
    /// Otherwise as [`spawn`](Self::spawn).
    #[track_caller]
    pub fn spawn_named<T: Send + 'static>(
        &self,
        name: impl Into<Arc<str>>,
        future: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> TaskHandle<T> {
        self.spawn_child(Some(name.into()), Stopped::Dropped, future)
    }

    /// Starts a child that is a group: its failures become a group within this one's.
    ///
    /// Otherwise as [`spawn`](Self::spawn).
    #[track_caller]
    pub fn spawn_group<T: Send + 'static>(
        &self,
        future: impl Future<Output = Result<T, ErrorGroup<E>>> + Send + 'static,
    ) -> TaskHandle<T> {
        self.spawn_child(None, Stopped::Dropped, future)
    }

    /// Starts a child that is told to stop, and not dropped.
    ///
    /// It gets a token that is cancelled when the group's children have to stop. What it does
    /// then is its own affair: it can clean up asynchronously, finish what must be finished, or
    /// go on as if nothing had happened. **The scope waits for it in any case**, and what it
    /// returns counts: an error of its clean-up is in the group.
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
        let future = child(self.shared.stop_children.clone());
        self.spawn_child(None, Stopped::Told, future)
    }

    #[track_caller]
    fn spawn_child<T, N>(
        &self,
        name: Option<Arc<str>>,
        stopped: Stopped,
        future: impl Future<Output = Result<T, N>> + Send + 'static,
    ) -> TaskHandle<T>
    where
        T: Send + 'static,
        N: Into<ErrorNode<E>> + Send + 'static,
    {
        let location = Location::caller();
        let index = self.shared.spawned.fetch_add(1, Ordering::Relaxed);
        let name = name.map_or(TaskName::Index(index), TaskName::Named);
        let (sender, value) = oneshot::channel();
        let mut handle = TaskHandle {
            name: name.clone(),
            value: Some(value),
            task: None,
        };

        // With a membership in hand, the scope cannot end before the child does.
        let Some(membership) = self.membership.upgrade() else {
            let _ = sender.send(None);
            return handle;
        };
        if self.shared.stop_children.is_cancelled() {
            self.shared.send_that_no_value_comes(sender);
            return handle;
        }
        let shared = Arc::clone(&self.shared);
        // Boxed, as each async block and function on its way would hold it once more.
        let mut future = Some(Box::pin(future));
        let child = async move {
            let stop = match stopped {
                Stopped::Dropped => Some(&shared.stop_children),
                Stopped::Told => None,
            };
            let (output, panic) = work_first(Pin::new(&mut future), stop).await;
            shared.keep_panic(panic);
            // Nobody may want the value, and its destructor may panic.
            let told = catch_unwind(AssertUnwindSafe(|| match output {
                Some(Ok(value)) => drop(sender.send(Some(value))),
                Some(Err(error)) => shared.fail(error.into(), name, location),
                None => shared.send_that_no_value_comes(sender),
            }));
            shared.keep_panic(told.err());
        };
        let child = ENCLOSING.scope(membership, child);
        handle.task = Some(tokio::spawn(child));
        handle
    }

    /// Stops the children, quietly: nothing has failed, and the body goes on.
    ///
    /// For the first winner of a race. To await the handle of a child that was stopped like this
    /// is a mistake, and panics.
    pub fn cancel(&self) {
        self.shared.stop_children.cancel();
    }
}

impl<E> Clone for TaskGroup<E> {
    fn clone(&self) -> Self {
        Self {
            membership: Weak::clone(&self.membership),
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<E: Display> Shared<E> {
    fn fail(&self, mut node: ErrorNode<E>, name: TaskName, line: &'static Location<'static>) {
        if let ErrorNode::Leaf(Leaf { task, location, .. }) = &mut node {
            *task = name;
            *location = line;
        }
        lock(&self.failed).push(node);
        self.stop.cancel();
    }

    /// Keeps the first panic, and stops the group for it.
    fn keep_panic(&self, panic: Option<Panic>) {
        if panic.is_some() {
            let mut first = lock(&self.panic);
            if first.is_none() {
                *first = panic;
            }
            drop(first);
            self.stop.cancel();
        }
    }

    /// Nothing is sent while the whole group is being stopped: whoever waits for the value is
    /// about to be dropped.
    fn send_that_no_value_comes<T>(&self, sender: oneshot::Sender<Option<T>>) {
        if !self.stop.is_cancelled() {
            let _ = sender.send(None);
        }
    }

    /// What has become of the scope, now that nobody is left in it.
    fn conclude(&self, body_failed: Option<ErrorNode<E>>) -> Result<(), ErrorGroup<E>> {
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
/// There is no error to see here. When a child fails, its whole group is stopped: the body and
/// the siblings are dropped at their next await, and that may be this one. Await a handle in the
/// body, in a sibling, or, as in Python, once the scope has returned its value; elsewhere the
/// handle of a child that failed never resolves.
///
/// Dropping the handle changes nothing for the child.
///
/// # Panics
///
/// When it is awaited although [`TaskGroup::cancel`] stopped the child, or its spawn was refused
/// because the scope had ended; and when it is awaited again after it gave its value.
pub struct TaskHandle<T> {
    name: TaskName,
    /// None once it is known that nothing will come.
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

    /// Whether the child has ended, in whichever way.
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

/// Waits for `work` until `stop`, if there is one, is cancelled, and drops it. Work comes first: when
/// both are ready, there is an output.
///
/// The panic is that of `work`, or of its destructor; with the latter there may be an output too.
async fn work_first<F: Future>(
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

/// No code that can panic runs under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
