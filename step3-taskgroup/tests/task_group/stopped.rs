//! Stopping a scope from outside, dropping it, and cancelling its children.

use std::future::ready;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use step3_taskgroup::{ErrorGroup, TaskGroup};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::support::{
    Alive, Flag, OnDrop, for_ever, limited, ms, on_both_runtimes, on_paused_clock,
};

type Group = TaskGroup<&'static str>;

#[test]
fn stopped_while_the_body_waits_a_scope_gives_none_and_leaves_no_child() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let result = Group::scope_until(yield_now(), async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            alive.child(for_ever::<(), _>()).await
        })
        .await;

        assert_eq!(result.unwrap(), None);
        alive.assert_none();
    });
}

#[test]
fn stopped_after_the_body_has_returned_a_scope_gives_none_and_leaves_no_child() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let body_returned = CancellationToken::new();
        let result = Group::scope_until(body_returned.cancelled(), async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            body_returned.cancel();
            Ok("a value, and children that were cut off")
        })
        .await;

        assert_eq!(result.unwrap(), None);
        alive.assert_none();
    });
}

#[test]
fn a_scope_that_ends_before_it_is_stopped_gives_its_value() {
    on_paused_clock(async || {
        let result = Group::scope_until(sleep(ms(20)), async |group| {
            group.spawn(async {
                sleep(ms(10)).await;
                Ok(())
            });
            Ok(42)
        })
        .await;

        assert_eq!(result.unwrap(), Some(42));
    });
}

#[test]
fn work_that_is_ready_wins_over_stop() {
    on_paused_clock(async || {
        let result = Group::scope_until(ready(()), async |_| Ok(42)).await;
        assert_eq!(result.unwrap(), Some(42));
    });
}

#[test]
fn a_failure_wins_over_being_stopped() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let stop = CancellationToken::new();
        let failure: Result<Option<()>, ErrorGroup<_>> =
            Group::scope_until(stop.cancelled(), async |group| {
                let stop = stop.clone();
                group.spawn::<()>(alive.child(for_ever()));
                group.spawn::<()>(alive.child(async move {
                    stop.cancel();
                    Err("boom")
                }));
                for_ever().await
            })
            .await;

        assert_eq!(failure.unwrap_err().to_string(), "1 error: boom");
        alive.assert_none();
    });
}

#[test]
fn a_deadline_as_stop_waits_for_the_children() {
    on_paused_clock(async || {
        let alive = Alive::default();
        let start = Instant::now();
        let result = Group::scope_until(sleep(ms(10)), async |group| {
            group.spawn(alive.child(async {
                sleep(ms(50)).await;
                Ok(())
            }));
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap(), None);
        assert_eq!(start.elapsed(), ms(10));
        alive.assert_none();
    });
}

#[test]
fn a_scope_that_is_dropped_stops_its_children_and_waits_for_none() {
    on_paused_clock(async || {
        let alive = Alive::default();
        let scope = Group::scope(async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            Ok(())
        });
        assert!(timeout(ms(10), scope).await.is_err());

        // The child has been cancelled, but it has not been polled since.
        assert_eq!(alive.count(), 1);
        yield_now().await;
        alive.assert_none();
    });
}

#[test]
fn the_first_winner_of_a_race_stops_the_rest() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let winner = Group::scope(async |group| {
            let (send, mut receive) = mpsc::unbounded_channel();
            group.spawn::<()>(alive.child(for_ever()));
            group.spawn(alive.child(async move {
                let _ = send.send("the fast mirror");
                Ok(())
            }));
            let winner = receive.recv().await;
            group.cancel();
            Ok(winner)
        })
        .await;

        assert_eq!(winner.unwrap(), Some("the fast mirror"));
        alive.assert_none();
    });
}

#[test]
fn after_cancel_the_body_goes_on() {
    on_paused_clock(async || {
        let start = Instant::now();
        let result = Group::scope(async |group| {
            group.spawn::<()>(for_ever());
            group.cancel();
            sleep(ms(10)).await;
            Ok(42)
        })
        .await;

        assert_eq!(result.unwrap(), 42);
        assert_eq!(start.elapsed(), ms(10));
    });
}

#[test]
fn after_cancel_a_spawn_is_refused() {
    on_paused_clock(async || {
        let (polled, dropped) = (Flag::default(), Flag::default());
        Group::scope(async |group| {
            group.cancel();
            let (polled, dropped) = (polled.clone(), dropped.clone());
            let on_drop = OnDrop(move || dropped.set());
            group.spawn(async move {
                let _on_drop = on_drop;
                polled.set();
                Ok(())
            });
            Ok(())
        })
        .await
        .unwrap();

        assert!(!polled.is_set());
        assert!(dropped.is_set());
    });
}

#[test]
fn awaiting_a_child_that_cancel_has_stopped_panics_and_does_not_hang() {
    on_paused_clock(async || {
        let scope = Group::scope(async |group| {
            let child = group.spawn_named::<()>("slow mirror", for_ever());
            group.cancel();
            child.await;
            Ok(())
        });
        let panic = AssertUnwindSafe(scope).catch_unwind().await.err().unwrap();

        let message: &String = panic.downcast_ref().unwrap();
        assert_eq!(
            message,
            "slow mirror has no value: it failed, was cancelled, or was awaited before"
        );
    });
}

#[test]
fn the_value_of_a_child_that_ended_before_cancel_can_still_be_awaited() {
    on_paused_clock(async || {
        let result = Group::scope(async |group| {
            let child = group.spawn(async { Ok(42) });
            yield_now().await;
            group.cancel();
            Ok(child.await)
        })
        .await;

        assert_eq!(result.unwrap(), 42);
    });
}

#[test]
fn a_signalled_child_is_not_dropped_and_is_waited_for() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let cleaned_up = Flag::default();
        let result = Group::scope(async |group| {
            let set = cleaned_up.clone();
            group.spawn_with_token(|stop| {
                alive.child(async move {
                    stop.cancelled().await;
                    yield_now().await;
                    set.set();
                    Ok(())
                })
            });
            group.spawn::<()>(alive.child(async { Err("boom") }));
            Ok(())
        })
        .await;

        assert!(result.is_err());
        assert!(cleaned_up.is_set());
        alive.assert_none();
    });
}

/// A child that sets `done` after `delay`.
async fn sets_after(delay: u64, done: Flag) -> Result<(), &'static str> {
    sleep(ms(delay)).await;
    done.set();
    Ok(())
}

#[test]
fn a_child_whose_work_is_ready_at_the_moment_of_the_stop_completes() {
    on_paused_clock(async || {
        let (early, ready, late) = (Flag::default(), Flag::default(), Flag::default());
        let result = Group::scope_until(sleep(ms(7)), async |group| {
            group.spawn(sets_after(1, early.clone()));
            group.spawn(sets_after(7, ready.clone()));
            group.spawn(sets_after(8, late.clone()));
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap(), None);
        assert!(early.is_set() && ready.is_set());
        assert!(!late.is_set());
    });
}

#[test]
fn a_child_of_an_inner_scope_that_is_ready_at_the_stop_completes() {
    on_paused_clock(async || {
        let done = Flag::default();
        let child = sets_after(7, done.clone());
        let result = Group::scope_until(sleep(ms(7)), async |group| {
            group.spawn_group(Group::scope(async |inner| {
                inner.spawn(child);
                Ok(())
            }));
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap(), None);
        assert!(done.is_set());
    });
}

#[test]
fn a_body_whose_failure_is_ready_at_the_moment_of_the_stop_fails() {
    on_paused_clock(async || {
        let result = Group::scope_until(sleep(ms(7)), async |_| {
            sleep(ms(7)).await;
            Err::<(), _>("boom".into())
        })
        .await;

        assert_eq!(result.unwrap_err().to_string(), "1 error: boom");
    });
}

#[test]
fn a_stop_that_comes_at_once_lets_each_child_run_to_its_first_await() {
    on_paused_clock(async || {
        let (started, went_on) = (Flag::default(), Flag::default());
        let result = Group::scope_until(ready(()), async |group| {
            let (started, went_on) = (started.clone(), went_on.clone());
            group.spawn(async move {
                started.set();
                yield_now().await;
                went_on.set();
                Ok(())
            });
            for_ever::<(), _>().await
        })
        .await;

        assert_eq!(result.unwrap(), None);
        assert!(started.is_set());
        assert!(!went_on.is_set());
    });
}

#[test]
fn a_failure_before_the_stop_is_reported_at_once() {
    on_paused_clock(async || {
        let start = Instant::now();
        let result = Group::scope_until(sleep(ms(20)), async |group| {
            group.spawn::<()>(for_ever());
            group.spawn::<()>(async {
                sleep(ms(10)).await;
                Err("boom")
            });
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap_err().to_string(), "1 error: boom");
        assert_eq!(start.elapsed(), ms(10));
    });
}

#[test]
fn a_deadline_stops_a_body_that_always_has_ready_work() {
    async fn body_with_ready_work() {
        let permits = Semaphore::new(1);
        let result = Group::scope_until(sleep(ms(1)), async |_| {
            loop {
                drop(permits.acquire().await);
            }
        })
        .await as Result<Option<()>, _>;
        assert_eq!(result.unwrap(), None);
    }

    // The paused clock stands still while there is work.
    for mut runtime in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        limited(ms(30_000), move || {
            let runtime = runtime.enable_time().build().unwrap();
            runtime.block_on(body_with_ready_work());
        });
    }
}

#[test]
fn cancel_reaches_a_signalled_child() {
    on_both_runtimes(async || {
        let result = Group::scope(async |group| {
            group.spawn_with_token(|stop| async move {
                stop.cancelled().await;
                Ok(())
            });
            yield_now().await;
            group.cancel();
            Ok(42)
        })
        .await;

        assert_eq!(result.unwrap(), 42);
    });
}
