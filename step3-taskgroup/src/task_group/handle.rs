//! The handle of a child.

use std::fmt::{self, Debug};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::membership::{CURRENT, Member};
use crate::TaskName;

/// A child of a group. Awaiting it gives **the child's value**.
///
/// Not a `Result`: when a child fails, its whole group is cancelled, and the body and the siblings
/// are dropped at their next await, which may be this one. A signalled child, which cancellation
/// does not drop, is dropped at this await too, unless it stops awaiting the handle at once, for
/// its token or in another branch of a `select!`. A handle may be awaited after its scope too, as
/// in Python.
///
/// Dropping the handle does not affect the child.
///
/// # Panics
///
/// When it has no value and the awaiting task is not being dropped: the child was cancelled by
/// [`TaskGroup::cancel`](crate::TaskGroup::cancel) and the body awaits it, its spawn was refused
/// after the end of the scope, it failed in another group, or the value was taken before.
/// [`outcome`](Self::outcome) does not panic.
pub struct TaskHandle<T> {
    name: TaskName,
    /// None once it is known that no value will come.
    value: Option<oneshot::Receiver<T>>,
    /// None if the spawn was refused, or the value has been taken.
    pub(super) task: Option<JoinHandle<()>>,
}

impl<T> TaskHandle<T> {
    pub(super) fn new(name: TaskName, value: oneshot::Receiver<T>) -> Self {
        Self {
            name,
            value: Some(value),
            task: None,
        }
    }

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

    /// Waits for the end of the child. Returns its value, or `None` if it failed, was cancelled or
    /// refused, or its value was taken before.
    ///
    /// For tasks that go on when the child has failed: a signalled child, a body after
    /// [`TaskGroup::cancel`](crate::TaskGroup::cancel), and the caller of the scope.
    pub async fn outcome(mut self) -> Option<T> {
        self.value.take()?.await.ok()
    }
}

impl<T> Future for TaskHandle<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        if let Some(value) = &mut self.value {
            let value = ready!(Pin::new(value).poll(cx));
            self.value = None;
            if let Ok(value) = value {
                self.task = None;
                return Poll::Ready(value);
            }
            // The first poll without a value has no effect, so that a signalled child which also
            // waits for its token can clean up.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if CURRENT.try_with(Member::is_dropped_here) == Ok(true) {
            return Poll::Pending;
        }
        panic!(
            "{} has no value: it failed, was cancelled, or was awaited before",
            self.name
        );
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
