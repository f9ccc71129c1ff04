//! What a scope returns when nothing fails.

use std::sync::Arc;

use step3_taskgroup::{ErrorGroup, ErrorNode, TaskGroup, TaskName};
use tokio::time::{Instant, sleep};

use crate::support::{Alive, Flag, OnDrop, for_ever, long, ms, on_both_runtimes, on_paused_clock};

type Group = TaskGroup<String>;

#[test]
fn a_scope_gives_the_value_of_its_body() {
    on_paused_clock(async || {
        assert_eq!(Group::scope(async |_| Ok(42)).await.unwrap(), 42);
    });
}

#[test]
fn handles_give_values_of_different_types() {
    on_paused_clock(async || {
        let pair = Group::scope(async |group| {
            let number = group.spawn(async { Ok(42) });
            let text = group.spawn(async { Ok("eleven".to_owned()) });
            Ok((number.await, text.await))
        })
        .await
        .unwrap();

        assert_eq!(pair, (42, "eleven".to_owned()));
    });
}

#[test]
fn values_come_in_spawn_order_whichever_finishes_first() {
    on_paused_clock(async || {
        let values = Group::scope(async |group| {
            let handles = [30, 10, 20].map(|delay| {
                group.spawn(async move {
                    sleep(ms(delay)).await;
                    Ok(delay)
                })
            });
            let mut values = Vec::new();
            for handle in handles {
                values.push(handle.await);
            }
            Ok(values)
        })
        .await
        .unwrap();

        assert_eq!(values, [30, 10, 20]);
    });
}

#[test]
fn children_run_at_the_same_time() {
    on_paused_clock(async || {
        let start = Instant::now();
        Group::scope(async |group| {
            for delay in [30, 10, 20] {
                group.spawn(async move {
                    sleep(ms(delay)).await;
                    Ok(())
                });
            }
            Ok(())
        })
        .await
        .unwrap();

        assert_eq!(start.elapsed(), ms(30));
    });
}

#[test]
fn the_body_may_spawn_at_any_time() {
    on_paused_clock(async || {
        let pair = Group::scope(async |group| {
            let first = group.spawn(async {
                sleep(ms(10)).await;
                Ok(())
            });
            sleep(ms(15)).await;
            let second = group.spawn(async {
                sleep(ms(20)).await;
                Ok(())
            });
            Ok((first.await, second.await))
        })
        .await;

        assert!(pair.is_ok());
    });
}

#[test]
fn a_scope_waits_for_children_that_are_not_awaited() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let done = Flag::default();
        Group::scope(async |group| {
            let set = done.clone();
            group.spawn(alive.child(async move {
                tokio::task::yield_now().await;
                set.set();
                Ok(())
            }));
            Ok(())
        })
        .await
        .unwrap();

        assert!(done.is_set());
        alive.assert_none();
    });
}

#[test]
fn an_untaken_value_is_dropped_before_the_scope_returns() {
    on_both_runtimes(async || {
        let dropped = Flag::default();
        Group::scope(async |group| {
            let set = dropped.clone();
            group.spawn(async move { Ok(OnDrop(move || set.set())) });
            Ok(())
        })
        .await
        .unwrap();

        assert!(dropped.is_set());
    });
}

#[test]
fn a_leaked_handle_does_not_keep_the_scope_waiting() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        Group::scope(async |group| {
            std::mem::forget(group.spawn(alive.child(async { Ok(()) })));
            Ok(())
        })
        .await
        .unwrap();

        alive.assert_none();
    });
}

#[test]
fn a_handle_knows_whether_its_child_has_ended() {
    on_paused_clock(async || {
        Group::scope(async |group| {
            let mut handle = group.spawn(async {
                sleep(ms(10)).await;
                Ok(())
            });
            assert!(!handle.is_finished());
            sleep(ms(20)).await;
            assert!(handle.is_finished());

            (&mut handle).await;
            assert!(handle.is_finished());
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn a_child_has_the_name_it_was_given_or_its_number() {
    on_paused_clock(async || {
        Group::scope(async |group| {
            let zero = group.spawn(async { Ok(()) });
            let named = group.spawn_named("orders", async { Ok(()) });
            let two = group.spawn(async { Ok(()) });

            let debug = format!("{named:?}");
            assert!(
                debug.contains("orders") && debug.contains("is_finished: false"),
                "{debug}"
            );

            assert_eq!(zero.name(), &TaskName::Index(0));
            assert_eq!(named.name(), &TaskName::Named("orders".into()));
            assert_eq!(two.name(), &TaskName::Index(2));
            let shown = [zero.name(), named.name(), two.name()].map(ToString::to_string);
            assert_eq!(shown, ["task 0", "orders", "task 2"]);
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn a_scope_can_be_spawned_as_a_task() {
    // It is `Send` where its body is: the multi-thread runtime may move it between threads.
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let sum = runtime.block_on(async {
        tokio::spawn(async {
            Group::scope(async |group| {
                let one = group.spawn(async { Ok(1) });
                let two = group.spawn(async { Ok(2) });
                Ok(one.await + two.await)
            })
            .await
        })
        .await
        .unwrap()
    });

    assert_eq!(sum.unwrap(), 3);
}

#[test]
fn a_scope_in_a_generic_helper_with_boxed_errors_can_be_spawned_too() {
    type Boxed = Box<dyn std::error::Error + Send + Sync>;

    /// If a body got a reference to its group, and not the group, rustc would refuse this.
    async fn spawned<B>(
        body: impl FnOnce(TaskGroup<Boxed>) -> B + Send + 'static,
    ) -> Result<usize, ErrorGroup<Boxed>>
    where
        B: Future<Output = Result<usize, ErrorNode<Boxed>>> + Send + 'static,
    {
        tokio::spawn(TaskGroup::scope(body)).await.unwrap()
    }

    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let text = "owned by the body!".to_owned();
    let length = runtime.block_on(spawned(async move |group| {
        let one = group.spawn(async { Ok(1) });
        Ok(one.await + text.len())
    }));

    assert_eq!(length.unwrap(), 19);
}

#[test]
fn one_failure_stops_a_crowd_of_children() {
    on_paused_clock(async || {
        let alive = Alive::default();
        let start = Instant::now();
        let errors = Group::scope(async |group| {
            for _ in 0..if long() { 100_000 } else { 10_000 } {
                group.spawn::<()>(alive.child(for_ever()));
            }
            group.spawn::<()>(async {
                sleep(ms(10)).await;
                Err("boom".to_owned())
            });
            Ok(())
        })
        .await
        .unwrap_err();

        assert_eq!(errors.leaves().count(), 1);
        assert_eq!(start.elapsed(), ms(10));
        alive.assert_none();
    });
}

#[test]
fn values_can_be_taken_after_the_scope() {
    on_both_runtimes(async || {
        let (number, text) = Group::scope(async |group| {
            let number = group.spawn(async { Ok(42) });
            let text = group.spawn(async { Ok("eleven") });
            Ok((number, text))
        })
        .await
        .unwrap();

        assert_eq!((number.await, text.await), (42, "eleven"));
    });
}

#[test]
fn a_child_that_has_ended_is_gone_while_its_scope_still_runs() {
    on_paused_clock(async || {
        let alive = Alive::default();
        let name: Arc<str> = "child".into();
        Group::scope(async |group| {
            for _ in 0..10 {
                group.spawn_named(Arc::clone(&name), alive.child(async { Ok(()) }));
            }
            sleep(ms(10)).await;
            alive.assert_none();
            assert_eq!(Arc::strong_count(&name), 1, "the group has kept a name");
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn every_way_of_spawning_takes_a_name() {
    on_paused_clock(async || {
        Group::scope(async |group| {
            let named = group.named("orders");
            let given = [
                named.spawn(async { Ok(()) }).name().clone(),
                named
                    .spawn_group(Group::scope(async |_| Ok(())))
                    .name()
                    .clone(),
                named.spawn_with_token(|_| async { Ok(()) }).name().clone(),
                named.clone().spawn(async { Ok(()) }).name().clone(),
                named.spawn_named("users", async { Ok(()) }).name().clone(),
                group.spawn(async { Ok(()) }).name().clone(),
            ];
            let shown = given.map(|name| name.to_string());
            assert_eq!(
                shown,
                ["orders", "orders", "orders", "orders", "users", "task 5"]
            );
            Ok(())
        })
        .await
        .unwrap();
    });
}
