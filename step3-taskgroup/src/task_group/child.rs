//! A child from its spawn to its result.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::membership::{CURRENT, Member, Role};
use super::state::GroupState;
use super::work::{Ended, Work};
use super::{TaskGroup, TaskHandle};
use crate::{ErrorNode, TaskName};

struct Child<E, T> {
    state: Arc<GroupState<E>>,
    name: TaskName,
    location: &'static Location<'static>,
    /// None once the child has reported. Dropped after what failed has been recorded.
    value: Option<oneshot::Sender<T>>,
    /// Drops a signalled child. Others are dropped when the group is cancelled.
    drop_token: Option<CancellationToken>,
}

impl<E: Display + Send + 'static> TaskGroup<E> {
    #[track_caller]
    pub(super) fn spawn_child<T, N>(
        &self,
        role: Role,
        future: impl Future<Output = Result<T, N>> + Send + 'static,
    ) -> TaskHandle<T>
    where
        T: Send + 'static,
        N: Into<ErrorNode<E>> + Send + 'static,
    {
        let name = self.state.name(self.name.clone());
        let (sender, value) = oneshot::channel();
        let mut handle = TaskHandle::new(name.clone(), value);

        // While the child holds the membership, the scope waits.
        let Some(scope) = self.scope.upgrade() else {
            return handle;
        };
        if self.state.stop_children.is_cancelled() {
            return handle;
        }
        let mut child = Child {
            state: Arc::clone(&self.state),
            name,
            location: Location::caller(),
            value: Some(sender),
            drop_token: match &role {
                Role::SignalledChild(drop_token) => Some(drop_token.clone()),
                Role::Child | Role::Body => None,
            },
        };
        let mut work = Work::new(future);
        let task = async move {
            let token = child.drop_token.as_ref();
            let token = token.unwrap_or(&child.state.stop_children);
            let ended = work.run_until_cancelled(token).await;
            child.report(ended);
        };
        handle.task = Some(tokio::spawn(CURRENT.scope(Member { scope, role }, task)));
        handle
    }
}

impl<E, T> Child<E, T> {
    fn report<N: Into<ErrorNode<E>>>(&mut self, ended: Ended<Result<T, N>>) {
        if let Some(panic) = ended.panic {
            self.state.record_panic(panic);
        }
        let sender = self.value.take();
        // If the handle is gone, the value is dropped here, and its destructor may panic.
        let reported = catch_unwind(AssertUnwindSafe(|| match (ended.output, sender) {
            (Some(Ok(value)), Some(sender)) => drop(sender.send(value)),
            (Some(Err(error)), _) => {
                let node = error.into();
                self.state
                    .record_failure(node, self.name.clone(), self.location);
            }
            _ => {}
        }));
        if let Err(panic) = reported {
            self.state.record_panic(panic);
        }
    }
}

/// A task that is dropped before its end was cut off: its runtime has shut down.
impl<E, T> Drop for Child<E, T> {
    fn drop(&mut self) {
        if self.value.is_none() {
            return;
        }
        let signalled = self.drop_token.is_some();
        if signalled || !self.state.stop_children.is_cancelled() {
            let message = format!("{} was cut off: its runtime has shut down", self.name);
            self.state.record_panic(Box::new(message));
        }
    }
}
