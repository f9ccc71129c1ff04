//! Children that spawn siblings.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use step3_taskgroup::TaskGroup;
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::support::{Alive, Flag, OnDrop, ms, on_both_runtimes, on_paused_clock};

type Group = TaskGroup<&'static str>;

#[test]
fn a_scope_waits_for_children_that_its_children_spawn() {
    on_both_runtimes(async || {
        // A chain: each link spawns the next, as the last thing it does.
        fn link(group: &Group, alive: Alive, done: Arc<AtomicUsize>, left: u32) {
            let next = group.clone();
            group.spawn(alive.clone().child(async move {
                done.fetch_add(1, Ordering::Relaxed);
                if left > 0 {
                    link(&next, alive, done, left - 1);
                }
                Ok(())
            }));
        }

        let alive = Alive::default();
        let done = Arc::new(AtomicUsize::new(0));
        Group::scope(async |group| {
            link(&group, alive.clone(), Arc::clone(&done), 99);
            Ok(())
        })
        .await
        .unwrap();

        assert_eq!(done.load(Ordering::Relaxed), 100);
        alive.assert_none();
    });
}

#[test]
fn a_failure_ends_a_crowd_that_keeps_growing() {
    on_paused_clock(async || {
        /// A child that spawns two more like itself.
        fn hydra(group: &Group, heads: Arc<AtomicUsize>, alive: &Alive) {
            let grow = {
                let (group, alive) = (group.clone(), alive.clone());
                async move {
                    heads.fetch_add(1, Ordering::Relaxed);
                    sleep(ms(10)).await;
                    hydra(&group, Arc::clone(&heads), &alive);
                    hydra(&group, heads, &alive);
                    Ok(())
                }
            };
            group.spawn(alive.child(grow));
        }

        let alive = Alive::default();
        let heads = Arc::new(AtomicUsize::new(0));
        let result = Group::scope::<(), _>(async |group| {
            hydra(&group, Arc::clone(&heads), &alive);
            while heads.load(Ordering::Relaxed) < 10 {
                sleep(ms(15)).await;
            }
            Err("hercules")?
        })
        .await;

        assert_eq!(result.unwrap_err().to_string(), "1 error: hercules");
        assert!(heads.load(Ordering::Relaxed) >= 10);
        alive.assert_none();
    });
}

#[test]
fn a_child_can_await_the_handle_of_a_sibling() {
    on_paused_clock(async || {
        let sum = Group::scope(async |group| {
            let one = group.spawn(async {
                sleep(ms(10)).await;
                Ok(1)
            });
            let two = group.spawn(async { Ok(one.await + 1) });
            Ok(two.await)
        })
        .await;

        assert_eq!(sum.unwrap(), 2);
    });
}

#[test]
fn after_the_end_a_spawn_is_refused_and_its_future_dropped_unpolled() {
    on_both_runtimes(async || {
        let (polled, dropped) = (Flag::default(), Flag::default());
        let kept = Group::scope(async |group| Ok(group)).await.unwrap();

        let (set_polled, set_dropped) = (polled.clone(), dropped.clone());
        let on_drop = OnDrop(move || set_dropped.set());
        let refused = kept.spawn(async move {
            let _on_drop = on_drop;
            set_polled.set();
            Ok(())
        });

        assert!(refused.is_finished());
        assert!(dropped.is_set());
        yield_now().await;
        assert!(!polled.is_set());
    });
}

#[test]
#[should_panic(expected = "task 0 has no value")]
fn awaiting_a_child_that_was_refused_after_the_end_panics_and_does_not_hang() {
    on_paused_clock(async || {
        let kept = Group::scope(async |group| Ok(group)).await.unwrap();
        kept.spawn(async { Ok(()) }).await;
    });
}

#[test]
fn after_a_failure_a_child_can_spawn_no_more() {
    on_paused_clock(async || {
        let polled = Flag::default();
        let result = Group::scope(async |group| {
            group.spawn::<()>(async { Err("boom") });
            let (set, clone) = (polled.clone(), group.clone());
            // Its first poll comes after the failure; it still runs to its first await.
            group.spawn(async move {
                let refused = clone.spawn(async move {
                    set.set();
                    Ok(())
                });
                assert!(refused.is_finished());
                Ok(())
            });
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap_err().to_string(), "1 error: boom");
        assert!(!polled.is_set());
    });
}

#[test]
fn a_leaked_clone_does_not_keep_the_scope_waiting() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        Group::scope(async |outer| {
            Group::scope(async |inner| {
                std::mem::forget(inner.clone());
                inner.spawn(alive.child(async { Ok(()) }));
                Ok(())
            })
            .await?;
            std::mem::forget(outer);
            Ok(())
        })
        .await
        .unwrap();

        alive.assert_none();
    });
}

#[test]
fn a_child_spawned_as_the_scope_ends_does_not_run_after_it() {
    on_both_runtimes(async || {
        let ran = Arc::new(AtomicUsize::new(0));

        // A bare task spawns into the group while the scope ends.
        let (hand_over, handed_over) = oneshot::channel::<Group>();
        let outsider = tokio::spawn({
            let ran = Arc::clone(&ran);
            async move {
                let group = handed_over.await.unwrap();
                for _ in 0..50 {
                    let ran = Arc::clone(&ran);
                    group.spawn(async move {
                        ran.fetch_add(1, Ordering::Relaxed);
                        Ok(())
                    });
                }
            }
        });
        Group::scope(async |group| {
            let _ = hand_over.send(group);
            {
                yield_now().await;
                Ok(())
            }
        })
        .await
        .unwrap();

        let ran_by_the_end = ran.load(Ordering::Relaxed);
        outsider.await.unwrap();
        yield_now().await;
        assert_eq!(ran.load(Ordering::Relaxed), ran_by_the_end);
    });
}
