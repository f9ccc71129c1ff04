//! How scopes nest, and how long each of them waits.

use std::iter::successors;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::state::AnyGroup;

tokio::task_local! {
    /// The body or child that is running.
    pub(super) static CURRENT: Member;
}

/// Held by the body and by each child of a scope. The scope has ended when the last of them has
/// dropped it.
pub(super) struct Membership {
    /// Wakes the scope's future when the last member has ended.
    pub ended: Option<oneshot::Sender<()>>,
    pub group: Arc<dyn AnyGroup>,
    /// The body or child in which the scope was opened. Keeps the enclosing scope waiting for the
    /// children of this one.
    pub outer: Option<Member>,
}

/// The body or a child of a scope.
#[derive(Clone)]
pub(super) struct Member {
    pub scope: Arc<Membership>,
    pub role: Role,
}

#[derive(Clone)]
pub(super) enum Role {
    Body,
    /// A child that is dropped when the group is cancelled.
    Child,
    /// A child that is signalled when the group is cancelled. Its own token drops it.
    SignalledChild(CancellationToken),
}

impl Member {
    /// This member, then the one in which its scope was opened, and so on.
    pub fn outwards(&self) -> impl Iterator<Item = &Self> {
        successors(Some(self), |member| member.scope.outer.as_ref())
    }

    fn is_cancelled(&self) -> bool {
        match self.role {
            Role::Body => self.scope.group.stop().is_cancelled(),
            Role::Child | Role::SignalledChild(_) => {
                self.scope.group.stop_children().is_cancelled()
            }
        }
    }

    /// Called at an await that can never resolve: whether this member is dropped there, because it
    /// or an enclosing member has been cancelled.
    ///
    /// Cancellation does not drop signalled children; this drops those on the way.
    pub fn is_dropped_here(&self) -> bool {
        let Some(distance) = self.outwards().position(Self::is_cancelled) else {
            return false;
        };
        for member in self.outwards().take(distance + 1) {
            if let Role::SignalledChild(drop_token) = &member.role {
                drop_token.cancel();
            }
        }
        true
    }
}

impl Membership {
    fn end(&mut self) {
        if let Some(ended) = self.ended.take() {
            if ended.send(()).is_err() {
                self.group.pass_outwards(self.outer.as_ref());
            }
        }
    }
}

/// Without recursion, because scopes may be nested deeper than the stack.
impl Drop for Membership {
    fn drop(&mut self) {
        self.end();
        let mut outer = self.outer.take();
        while let Some(member) = outer {
            outer = Arc::into_inner(member.scope).and_then(|mut scope| {
                scope.end();
                scope.outer.take()
            });
        }
    }
}
