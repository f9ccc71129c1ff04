//! Awaiting a handle whose value will never come: it ends the awaiting task or panics, and never
//! hangs.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use step3_taskgroup::{TaskGroup, TaskHandle};
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::support::{Alive, Flag, for_ever, ms, on_both_runtimes, on_paused_clock};

type Group = TaskGroup<&'static str>;

#[test]
fn a_signalled_child_that_awaits_a_failed_sibling_ends_there() {
    on_both_runtimes(async || {
        let (alive, went_on) = (Alive::default(), Flag::default());
        let result = Group::scope(async |group| {
            let fails = group.spawn::<()>(async {
                yield_now().await;
                Err("boom")
            });
            let set = went_on.clone();
            group.spawn_with_token(|_| {
                alive.child(async move {
                    fails.await;
                    set.set();
                    Ok(())
                })
            });
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap_err().to_string(), "1 error: boom");
        assert!(!went_on.is_set());
        alive.assert_none();
    });
}

#[test]
fn a_signalled_child_that_awaits_a_stopped_sibling_ends_there() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let result = Group::scope_until(yield_now(), async |group| {
            let stopped = group.spawn::<()>(for_ever());
            group.spawn_with_token(|_| {
                alive.child(async {
                    stopped.await;
                    Ok(())
                })
            });
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap(), None);
        alive.assert_none();
    });
}

#[test]
fn a_signalled_child_that_awaits_a_refused_sibling_ends_there() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let result = Group::scope(async |group| {
            let spawner = group.clone();
            group.spawn_with_token(|stop| {
                alive.child(async move {
                    stop.cancelled().await;
                    spawner.spawn::<()>(async { Ok(()) }).await;
                    Ok(())
                })
            });
            group.spawn::<()>(async { Err("boom") });
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap_err().to_string(), "1 error: boom");
        alive.assert_none();
    });
}

#[test]
fn a_child_of_an_inner_scope_that_awaits_a_failed_handle_ends_there() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let result = Group::scope(async |group| {
            let fails = group.spawn::<()>(async {
                yield_now().await;
                Err("boom")
            });
            let guard = alive.clone();
            group.spawn_with_token(|_| async move {
                let inner = TaskGroup::<String>::scope(async move |inner| {
                    inner.spawn_with_token(|_| {
                        guard.child(async {
                            fails.await;
                            Ok(())
                        })
                    });
                    Ok(())
                });
                inner.await.map_err(|_| "inner")
            });
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap_err().to_string(), "1 error: boom");
        alive.assert_none();
    });
}

#[test]
fn a_signalled_child_that_also_waits_for_its_token_cleans_up() {
    on_both_runtimes(async || {
        for handle_first in [false, true] {
            let cleaned_up = Flag::default();
            let result = Group::scope(async |group| {
                let (send, started) = oneshot::channel();
                let fails = group.spawn::<()>(async {
                    let _ = started.await;
                    Err("boom")
                });
                let set = cleaned_up.clone();
                group.spawn_with_token(|stop| async move {
                    let _ = send.send(());
                    if handle_first {
                        tokio::select! { biased; () = fails => {}, () = stop.cancelled() => {} }
                    } else {
                        tokio::select! { biased; () = stop.cancelled() => {}, () = fails => {} }
                    }
                    yield_now().await;
                    set.set();
                    Ok(())
                });
                Ok(())
            })
            .await;

            assert!(result.is_err());
            assert!(cleaned_up.is_set());
        }
    });
}

#[test]
fn cancel_is_quiet_for_a_child_that_awaits_a_cancelled_sibling() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let result = Group::scope(async |group| {
            let (send, waits) = oneshot::channel();
            let sibling = group.spawn::<()>(alive.child(for_ever()));
            group.spawn(alive.child(async move {
                let _ = send.send(());
                sibling.await;
                Ok(())
            }));
            let _ = waits.await;
            yield_now().await;
            group.cancel();
            Ok(42)
        })
        .await;

        assert_eq!(result.unwrap(), 42);
        alive.assert_none();
    });
}

#[test]
fn cancel_is_quiet_for_a_signalled_child_that_awaits_a_cancelled_sibling() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let result = Group::scope(async |group| {
            let sibling = group.spawn::<()>(alive.child(for_ever()));
            group.spawn_with_token(|_| {
                alive.child(async {
                    sibling.await;
                    Ok(())
                })
            });
            yield_now().await;
            group.cancel();
            Ok(42)
        })
        .await;

        assert_eq!(result.unwrap(), 42);
        alive.assert_none();
    });
}

/// The message with which awaiting `handle` in a bare task panics.
async fn panic_of(handle: TaskHandle<()>) -> String {
    let panic = AssertUnwindSafe(handle).catch_unwind().await.unwrap_err();
    *panic.downcast().unwrap()
}

#[test]
fn awaiting_a_failed_child_after_its_scope_panics_and_does_not_hang() {
    on_both_runtimes(async || {
        let (send, handle) = oneshot::channel();
        let result = Group::scope(async |group| {
            let _ = send.send(group.spawn_named::<()>("orders", async { Err("boom") }));
            Ok(())
        })
        .await;
        assert!(result.is_err());

        let message = panic_of(handle.await.unwrap()).await;
        assert!(message.starts_with("orders has no value"), "{message}");
    });
}

#[test]
fn awaiting_a_failed_child_of_another_group_panics_and_does_not_hang() {
    on_both_runtimes(async || {
        let (send, handle) = oneshot::channel();
        let first = tokio::spawn(Group::scope(async |group| {
            let _ = send.send(group.spawn_named::<()>("orders", async { Err("boom") }));
            Ok(())
        }));
        let second = Group::scope(async |group| {
            group.spawn(async move {
                let message = panic_of(handle.await.unwrap()).await;
                assert!(message.starts_with("orders has no value"), "{message}");
                Ok(())
            });
            Ok(())
        });

        assert!(second.await.is_ok());
        assert!(first.await.unwrap().is_err());
    });
}

#[test]
fn a_deadline_ends_a_scope_with_a_signalled_child_that_awaits_a_handle() {
    on_paused_clock(async || {
        let stop = CancellationToken::new();
        let result = Group::scope_until(sleep(ms(10)), async |group| {
            let sibling = group.spawn::<()>(for_ever());
            group.spawn_with_token(|_| async {
                sibling.await;
                Ok(())
            });
            stop.cancelled().await;
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap(), None);
    });
}

#[test]
fn the_outcome_of_a_child_is_its_value() {
    on_both_runtimes(async || {
        let outcome = Group::scope(async |group| {
            let child = group.spawn(async {
                yield_now().await;
                Ok(42)
            });
            Ok(child.outcome().await)
        })
        .await;

        assert_eq!(outcome.unwrap(), Some(42));
    });
}

#[test]
fn the_outcome_of_a_child_that_cancel_stopped_is_none() {
    on_both_runtimes(async || {
        let outcome = Group::scope(async |group| {
            let child = group.spawn::<()>(for_ever());
            group.cancel();
            let refused = group.spawn(async { Ok(()) });
            Ok((child.outcome().await, refused.outcome().await))
        })
        .await;

        assert_eq!(outcome.unwrap(), (None, None));
    });
}

#[test]
fn the_outcome_of_a_failed_sibling_lets_a_signalled_child_go_on() {
    on_both_runtimes(async || {
        let went_on = Flag::default();
        let result = Group::scope(async |group| {
            let (send, started) = oneshot::channel();
            let fails = group.spawn::<()>(async {
                let _ = started.await;
                Err("boom")
            });
            let set = went_on.clone();
            group.spawn_with_token(|_| async move {
                let _ = send.send(());
                assert_eq!(fails.outcome().await, None);
                yield_now().await;
                set.set();
                Ok(())
            });
            Ok(())
        })
        .await;

        assert!(result.is_err());
        assert!(went_on.is_set());
    });
}

#[test]
fn the_outcome_is_none_after_a_failure_a_panic_and_the_end() {
    on_both_runtimes(async || {
        let (send, handles) = oneshot::channel();
        let scope = Group::scope(async |group| {
            let panics = group.spawn::<()>(async { std::panic::panic_any("a panic") });
            // It fails, or is refused after the panic.
            let fails = group.spawn::<()>(async { Err("boom") });
            let _ = send.send((fails, panics, group));
            Ok(())
        });
        assert!(AssertUnwindSafe(scope).catch_unwind().await.is_err());

        let (fails, panics, group) = handles.await.unwrap();
        assert_eq!(fails.outcome().await, None);
        assert_eq!(panics.outcome().await, None);
        assert_eq!(group.spawn(async { Ok(()) }).outcome().await, None);
    });
}

#[test]
fn the_outcome_is_none_once_the_value_was_taken() {
    on_paused_clock(async || {
        let outcome = Group::scope(async |group| {
            let mut child = group.spawn(async { Ok(42) });
            assert_eq!((&mut child).await, 42);
            assert!(child.is_finished());
            Ok(child.outcome().await)
        })
        .await;

        assert_eq!(outcome.unwrap(), None);
    });
}
