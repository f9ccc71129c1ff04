//! Scopes nested deeper than the stack.

use std::thread;

use futures_util::future::{BoxFuture, FutureExt};
use step3_taskgroup::{ErrorGroup, TaskGroup};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::support::{for_ever, limited, long, ms};

type Group = TaskGroup<&'static str>;
type Nested = BoxFuture<'static, Result<(), ErrorGroup<&'static str>>>;

/// Scopes, each in a child of the one around it. The innermost sends on `reached` and waits.
fn through_children(levels: usize, reached: oneshot::Sender<()>) -> Nested {
    Group::scope(move |group| async move {
        if levels == 0 {
            let _ = reached.send(());
            return for_ever().await;
        }
        group.spawn_group(through_children(levels - 1, reached));
        Ok(())
    })
    .boxed()
}

/// Scopes, each in the body of the one around it.
fn through_bodies(levels: usize) -> Nested {
    Group::scope(move |_| async move {
        if levels > 0 {
            through_bodies(levels - 1).await?;
        }
        Ok(())
    })
    .boxed()
}

/// Runs `rule` on both runtimes, in threads of this stack.
fn in_threads_of<F: Future<Output = ()>>(
    stack: usize,
    rule: impl Fn() -> F + Clone + Send + 'static,
) {
    limited(ms(60_000), move || {
        let alone = rule.clone();
        let current_thread = thread::Builder::new().stack_size(stack).spawn(move || {
            let runtime = Builder::new_current_thread().build().unwrap();
            runtime.block_on(alone());
        });
        current_thread.unwrap().join().unwrap();

        let mut threads = Builder::new_multi_thread();
        let threads = threads.worker_threads(2).thread_stack_size(stack);
        threads.build().unwrap().block_on(rule());
    });
}

#[test]
fn ten_thousand_scopes_nested_in_children_can_be_stopped() {
    in_threads_of(256 * 1024, async || {
        let levels = if long() { 100_000 } else { 10_000 };
        let (send, reached) = oneshot::channel();
        let result = Group::scope_until(reached, async move |group| {
            group.spawn_group(through_children(levels, send));
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap(), None);
    });
}

#[test]
fn scopes_nested_350_deep_in_bodies_fit_two_megabytes_of_stack() {
    in_threads_of(2 * 1024 * 1024, async || {
        tokio::spawn(through_bodies(350)).await.unwrap().unwrap();
    });
}
