//! A scope from its opening to its result.

use std::fmt::Display;
use std::future::poll_fn;
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Poll, ready};

use tokio::sync::oneshot;
use tokio::task::unconstrained;

use super::TaskGroup;
use super::membership::{CURRENT, Member, Membership, Role};
use super::state::{AnyGroup, GroupState, write_to_stderr};
use super::work::Work;
use crate::{ErrorGroup, ErrorNode};

/// What the future of a scope holds. Dropping it before the scope has ended cancels the group.
pub(super) struct Scope<E: Display + Send + 'static> {
    state: Arc<GroupState<E>>,
    has_ended: oneshot::Receiver<()>,
    outer: Option<Member>,
}

impl<E: Display + Send + 'static> Scope<E> {
    /// Opens a scope in the body or child that is running, and runs it.
    pub fn run<T, B>(
        stop: impl Future,
        body: impl FnOnce(TaskGroup<E>) -> B,
    ) -> impl Future<Output = Result<Option<T>, ErrorGroup<E>>>
    where
        B: Future<Output = Result<T, ErrorNode<E>>>,
    {
        let state = GroupState::new();
        let outer = CURRENT.try_with(Member::clone).ok();
        let (ended, has_ended) = oneshot::channel();
        let membership = Arc::new(Membership {
            ended: Some(ended),
            group: Arc::clone(&state) as Arc<dyn AnyGroup>,
            outer: outer.clone(),
        });
        let group = TaskGroup {
            scope: Arc::downgrade(&membership),
            state: Arc::clone(&state),
            name: None,
        };
        let member = Member {
            scope: membership,
            role: Role::Body,
        };
        let scope = Self {
            state,
            has_ended,
            outer,
        };
        let body = Work::new(CURRENT.scope(member, async { body(group).await }));
        // Unconstrained, because a busy body may use up the budget of each poll.
        let stop = Work::new(unconstrained(stop));
        scope.wait(body, stop)
    }

    /// Polls the body and `stop` until the last child has ended.
    async fn wait<T>(
        mut self,
        mut body: Work<impl Future<Output = Result<T, ErrorNode<E>>>>,
        mut stop: Work<impl Future>,
    ) -> Result<Option<T>, ErrorGroup<E>> {
        let state = Arc::clone(&self.state);
        let mut cancelled = pin!(state.stop.cancelled());
        let mut value = None;
        poll_fn(|cx| {
            loop {
                if let Poll::Ready(ended) = body.poll(cx) {
                    value = state.record_body(ended);
                } else if body.is_running() && cancelled.as_mut().poll(cx).is_ready() {
                    value = state.record_body(body.cancel());
                }
                if !body.is_running() && Pin::new(&mut self.has_ended).poll(cx).is_ready() {
                    return Poll::Ready(());
                }
                let stopped = ready!(stop.poll(cx));
                if let Some(panic) = stopped.panic {
                    state.record_panic(panic);
                }
                // Again, because the body has to be polled and dropped.
                state.stop.cancel();
            }
        })
        .await;

        let errors = state.take_errors();
        if let Some(panic) = state.take_panic() {
            if let Some(errors) = errors {
                write_to_stderr("failed before the panic", errors);
            }
            resume_unwind(panic);
        }
        match errors {
            Some(errors) => Err(errors),
            None => Ok(value.filter(|_| stop.is_running())),
        }
    }
}

impl<E: Display + Send + 'static> Drop for Scope<E> {
    fn drop(&mut self) {
        self.state.stop.cancel();
        // If members are left, the last of them finds this closed, and passes on what failed.
        self.has_ended.close();
        if self.has_ended.try_recv().is_ok() {
            self.state.pass_outwards(self.outer.as_ref());
        }
    }
}
