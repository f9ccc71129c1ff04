//! What the body and the children of a group share: how they are cancelled, and what has failed.

use std::any::Any;
use std::fmt::Display;
use std::mem;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::membership::Member;
use super::work::{Ended, Panic, discard};
use crate::{ErrorGroup, ErrorNode, TaskName};

pub(super) struct GroupState<E> {
    /// Cancels the body and the children.
    pub stop: CancellationToken,
    /// Cancels the children only; a child token of `stop`.
    pub stop_children: CancellationToken,
    spawned: AtomicUsize,
    failed: Mutex<Vec<ErrorNode<E>>>,
    body_failed: Mutex<Option<ErrorNode<E>>>,
    panicked: Mutex<Option<Panic>>,
}

impl<E> GroupState<E> {
    pub fn new() -> Arc<Self> {
        let stop = CancellationToken::new();
        Arc::new(Self {
            stop_children: stop.child_token(),
            stop,
            spawned: AtomicUsize::new(0),
            failed: Mutex::default(),
            body_failed: Mutex::default(),
            panicked: Mutex::default(),
        })
    }

    /// The name of the next child.
    pub fn name(&self, given: Option<Arc<str>>) -> TaskName {
        let index = self.spawned.fetch_add(1, Ordering::Relaxed);
        given.map_or(TaskName::Index(index), TaskName::Named)
    }

    /// Records the failure of a child, and cancels the group.
    pub fn record_failure(
        &self,
        mut node: ErrorNode<E>,
        task: TaskName,
        at: &'static Location<'static>,
    ) {
        node.set_origin(task, at);
        lock(&self.failed).push(node);
        self.stop.cancel();
    }

    /// Records how the body has ended. Returns its value.
    pub fn record_body<T>(&self, ended: Ended<Result<T, ErrorNode<E>>>) -> Option<T> {
        if let Some(panic) = ended.panic {
            self.record_panic(panic);
        }
        match ended.output? {
            Ok(value) => Some(value),
            Err(node) => {
                *lock(&self.body_failed) = Some(node);
                self.stop.cancel();
                None
            }
        }
    }

    /// Keeps the first panic, and cancels the group.
    pub fn record_panic(&self, panic: Panic) {
        let mut first = lock(&self.panicked);
        let later = if first.is_none() {
            *first = Some(panic);
            None
        } else {
            Some(panic)
        };
        drop(first);
        self.stop.cancel();
        if let Some(later) = later {
            discard(later);
        }
    }

    /// All failures, the body's own last.
    pub fn take_errors(&self) -> Option<ErrorGroup<E>> {
        let failed = mem::take(&mut *lock(&self.failed));
        let body_failed = lock(&self.body_failed).take();
        ErrorGroup::new("", failed.into_iter().chain(body_failed))
    }

    pub fn take_panic(&self) -> Option<Panic> {
        lock(&self.panicked).take()
    }
}

/// A group of any error type, as the scopes see it that are opened in its body or its children.
pub(super) trait AnyGroup: Send + Sync {
    fn stop(&self) -> &CancellationToken;

    fn stop_children(&self) -> &CancellationToken;

    /// Takes the panic and the failures that the scope's future was dropped without taking, and
    /// records them in the scopes around it.
    fn pass_outwards(&self, outer: Option<&Member>);

    fn accept_panic(&self, panic: Panic);

    /// Takes the group out of the `Option<ErrorGroup<_>>` if it is of this error type.
    fn accept_errors(&self, errors: &mut dyn Any);
}

impl<E: Display + Send + 'static> AnyGroup for GroupState<E> {
    fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    fn stop_children(&self) -> &CancellationToken {
        &self.stop_children
    }

    fn pass_outwards(&self, outer: Option<&Member>) {
        if let Some(panic) = self.take_panic() {
            match outer {
                Some(member) => member.scope.group.accept_panic(panic),
                None => discard(panic),
            }
        }
        let Some(errors) = self.take_errors() else {
            return;
        };
        let mut errors = Some(errors.with_message("dropped scope"));
        for member in outer.into_iter().flat_map(Member::outwards) {
            member.scope.group.accept_errors(&mut errors);
        }
        if let Some(errors) = errors {
            write_to_stderr("failed after its scope was dropped", errors);
        }
    }

    fn accept_panic(&self, panic: Panic) {
        self.record_panic(panic);
    }

    fn accept_errors(&self, errors: &mut dyn Any) {
        let errors = errors.downcast_mut::<Option<ErrorGroup<E>>>();
        if let Some(errors) = errors.and_then(Option::take) {
            lock(&self.failed).push(errors.into());
            self.stop.cancel();
        }
    }
}

/// For failures that no caller gets. An error's code may panic, which must not end the caller.
pub(super) fn write_to_stderr<E: Display + 'static>(what: &str, errors: ErrorGroup<E>) {
    let written = catch_unwind(AssertUnwindSafe(|| {
        let tree = errors.tree().to_string();
        drop(errors);
        eprintln!("{what}: {tree}");
    }));
    if let Err(panic) = written {
        discard(panic);
    }
}

/// No code that can panic runs while it is locked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
