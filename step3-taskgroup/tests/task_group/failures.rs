//! What a scope does when something fails.

use std::sync::{Arc, Mutex};

use step3_taskgroup::{ErrorGroup, ErrorNode, TaskGroup, TaskName};
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::support::{Alive, Flag, OnDrop, for_ever, ms, on_both_runtimes, on_paused_clock};

type Group = TaskGroup<&'static str>;

fn messages(errors: &ErrorGroup<&'static str>) -> Vec<&'static str> {
    errors.leaves().map(|leaf| leaf.error).collect()
}

#[test]
fn a_failing_child_stops_its_siblings_and_the_body() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let errors = Group::scope(async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            group.spawn::<()>(alive.child(async { Err("boom") }));
            alive.child(for_ever::<(), _>()).await
        })
        .await
        .unwrap_err();

        assert_eq!(messages(&errors), ["boom"]);
        alive.assert_none();
    });
}

#[test]
fn the_caller_gets_a_failure_at_once() {
    on_paused_clock(async || {
        let start = Instant::now();
        let result = Group::scope(async |group| {
            group.spawn(async {
                sleep(ms(50)).await;
                Ok(())
            });
            group.spawn::<()>(async {
                sleep(ms(10)).await;
                Err("boom")
            });
            Ok(())
        })
        .await;

        assert!(result.is_err());
        assert_eq!(start.elapsed(), ms(10));
    });
}

#[test]
fn an_error_of_the_body_stops_the_children() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let errors = Group::scope::<(), _>(async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            yield_now().await;
            Err("body")?
        })
        .await
        .unwrap_err();

        assert_eq!(messages(&errors), ["body"]);
        alive.assert_none();
    });
}

#[test]
fn awaiting_a_child_that_fails_ends_the_body_there() {
    on_both_runtimes(async || {
        let went_on = Flag::default();
        let errors = Group::scope(async |group| {
            group.spawn::<()>(async { Err("boom") }).await;
            went_on.set();
            Ok(())
        })
        .await
        .unwrap_err();

        assert_eq!(messages(&errors), ["boom"]);
        assert!(!went_on.is_set());
    });
}

async fn fails_at(delay: u64, error: &'static str) -> Result<(), &'static str> {
    sleep(ms(delay)).await;
    Err(error)
}

#[test]
fn all_failures_of_one_tick_are_reported_and_the_bodys_own_comes_last() {
    on_paused_clock(async || {
        let errors = Group::scope::<(), _>(async |group| {
            // The body's timer was set first, so it fires first.
            let sleep = sleep(ms(10));
            group.spawn(fails_at(10, "first"));
            group.spawn(fails_at(10, "second"));
            group.spawn(fails_at(20, "too late"));
            sleep.await;
            Err("body")?
        })
        .await
        .unwrap_err();

        assert_eq!(messages(&errors), ["first", "second", "body"]);
    });
}

#[test]
fn failures_are_in_the_order_in_which_they_happened() {
    on_paused_clock(async || {
        let errors = Group::scope(async |group| {
            let (send, receive) = oneshot::channel::<()>();
            group.spawn::<()>(async {
                let _ = receive.await;
                Err("second")
            });
            group.spawn::<()>(async {
                sleep(ms(10)).await;
                drop(send);
                Err("first")
            });
            Ok(())
        })
        .await
        .unwrap_err();

        assert_eq!(messages(&errors), ["first", "second"]);
    });
}

#[test]
fn a_child_whose_work_is_ready_in_the_tick_of_the_failure_completes() {
    on_paused_clock(async || {
        let completed = Flag::default();
        let errors = Group::scope(async |group| {
            group.spawn(fails_at(10, "boom"));
            let set = completed.clone();
            group.spawn(async move {
                sleep(ms(10)).await;
                set.set();
                Ok(())
            });
            Ok(())
        })
        .await
        .unwrap_err();

        assert_eq!(messages(&errors), ["boom"]);
        assert!(completed.is_set());
    });
}

#[test]
fn a_child_spawned_before_the_failure_runs_to_its_first_await() {
    on_paused_clock(async || {
        let (started, went_on) = (Flag::default(), Flag::default());
        let errors = Group::scope(async |group| {
            group.spawn::<()>(async { Err("boom") });
            let (started, went_on) = (started.clone(), went_on.clone());
            group.spawn(async move {
                started.set();
                yield_now().await;
                went_on.set();
                Ok(())
            });
            Ok(())
        })
        .await
        .unwrap_err();

        assert_eq!(messages(&errors), ["boom"]);
        assert!(started.is_set());
        assert!(!went_on.is_set());
    });
}

#[test]
fn a_failure_during_the_clean_up_of_another_child_is_reported() {
    on_paused_clock(async || {
        let errors = Group::scope(async |group| {
            group.spawn(fails_at(10, "boom"));
            let (send, cleaned_up) = oneshot::channel();
            group.spawn::<()>(async {
                let mut send = Some(send);
                let _clean_up = OnDrop(move || _ = send.take().map(|send| send.send(())));
                for_ever().await
            });
            group.spawn::<()>(async {
                let _ = cleaned_up.await;
                Err("during clean-up")
            });
            Ok(())
        })
        .await
        .unwrap_err();

        assert_eq!(messages(&errors), ["boom", "during clean-up"]);
    });
}

#[test]
fn after_a_failure_a_spawn_is_refused_and_its_future_dropped_unpolled() {
    on_paused_clock(async || {
        let (polled, dropped) = (Flag::default(), Flag::default());
        let errors = Group::scope(async |group| {
            group.spawn::<()>(async { Err("boom") });
            // The child fails meanwhile. The body's await is ready too, so the body goes on.
            yield_now().await;

            let (polled, dropped) = (polled.clone(), dropped.clone());
            let on_drop = OnDrop(move || dropped.set());
            let refused = group.spawn(async move {
                let _on_drop = on_drop;
                polled.set();
                Ok(())
            });
            assert!(refused.is_finished());
            refused.await;
            unreachable!("the body is dropped at this await")
        })
        .await as Result<(), _>;

        assert_eq!(messages(&errors.unwrap_err()), ["boom"]);
        assert!(!polled.is_set());
        assert!(dropped.is_set());
    });
}

#[test]
fn a_handle_without_a_value_stays_pending_however_often_it_is_polled() {
    on_paused_clock(async || {
        let result = Group::scope(async |group| {
            group.spawn::<()>(async { Err("boom") });
            yield_now().await;
            let mut refused = group.spawn(async { Ok(()) });
            for _ in 0..3 {
                assert!(futures_util::poll!(&mut refused).is_pending());
            }
            Ok(())
        })
        .await;

        assert!(result.is_err());
    });
}

#[test]
fn a_leaf_knows_its_task_and_the_line_that_spawned_it() {
    on_paused_clock(async || {
        let line = line!() + 3;
        let errors = Group::scope::<(), _>(async |group| {
            group.spawn(async { Ok(()) });
            group.spawn(fails_at(10, "by number"));
            group.spawn_named("orders", fails_at(10, "by name"));
            sleep(ms(10)).await;
            Err("by the body")?
        })
        .await
        .unwrap_err();

        let origins: Vec<_> = errors
            .leaves()
            .map(|leaf| (leaf.error, leaf.task.clone(), leaf.location.line()))
            .collect();
        assert_eq!(
            origins,
            [
                ("by number", TaskName::Index(1), line),
                ("by name", TaskName::Named("orders".into()), line + 1),
                ("by the body", TaskName::Body, line + 3),
            ],
        );
        assert!(
            errors
                .leaves()
                .all(|leaf| leaf.location.file().ends_with("failures.rs"))
        );
    });
}

#[test]
fn errors_can_be_boxed() {
    on_paused_clock(async || {
        type Boxed = Box<dyn std::error::Error + Send + Sync>;

        let errors = TaskGroup::<Boxed>::scope(async |group| {
            group.spawn::<()>(async { Err("nine".parse::<u8>().unwrap_err().into()) });
            Ok(())
        })
        .await
        .unwrap_err();

        let leaf = errors.leaves().next().unwrap();
        assert!(leaf.error.is::<std::num::ParseIntError>());
    });
}

#[test]
fn a_failing_childs_guards_are_dropped_before_its_failure_is_known() {
    on_both_runtimes(async || {
        let order = Arc::new(Mutex::new(Vec::new()));
        let errors = Group::scope(async |group| {
            let at_drop = Arc::clone(&order);
            group.spawn::<()>(async move {
                let _guard = OnDrop(move || at_drop.lock().unwrap().push("guard"));
                Err("boom")
            });
            for_ever::<(), _>().await
        })
        .await;
        order.lock().unwrap().push("scope");

        assert!(matches!(errors.unwrap_err().nodes(), [ErrorNode::Leaf(_)]));
        assert_eq!(*order.lock().unwrap(), ["guard", "scope"]);
    });
}

#[test]
fn an_error_of_the_body_before_its_first_await_stops_the_children() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let errors = Group::scope::<(), _>(async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            Err("body")?
        })
        .await
        .unwrap_err();

        assert_eq!(messages(&errors), ["body"]);
        alive.assert_none();
    });
}

#[test]
fn a_child_spawned_before_the_bodys_failure_runs_to_its_first_await() {
    on_paused_clock(async || {
        let (started, went_on) = (Flag::default(), Flag::default());
        let result = Group::scope::<(), _>(async |group| {
            let (started, went_on) = (started.clone(), went_on.clone());
            group.spawn(async move {
                started.set();
                yield_now().await;
                went_on.set();
                Ok(())
            });
            Err("body")?
        })
        .await;

        assert!(result.is_err());
        assert!(started.is_set());
        assert!(!went_on.is_set());
    });
}

#[test]
fn a_child_whose_work_is_ready_in_the_tick_of_the_bodys_failure_completes() {
    on_paused_clock(async || {
        for body_sleeps_first in [false, true] {
            let completed = Flag::default();
            let errors = Group::scope::<(), _>(async |group| {
                let set = completed.clone();
                let child = async move {
                    sleep(ms(5)).await;
                    set.set();
                    Ok(())
                };
                if body_sleeps_first {
                    let sleep = sleep(ms(5));
                    group.spawn(child);
                    sleep.await;
                } else {
                    group.spawn(child);
                    yield_now().await;
                    sleep(ms(5)).await;
                }
                Err("body")?
            })
            .await
            .unwrap_err();

            assert_eq!(messages(&errors), ["body"]);
            assert!(completed.is_set());
        }
    });
}
