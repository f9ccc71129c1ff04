//! Groups within groups: failures pass outwards as a tree, cancellation passes inwards.

use std::panic::AssertUnwindSafe;
use std::task::Poll;

use futures_util::FutureExt;
use step3_taskgroup::{ErrorNode, TaskGroup};
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::support::{Alive, Flag, for_ever, ms, on_both_runtimes, on_paused_clock};

type Group = TaskGroup<&'static str>;

async fn fails_at(delay: u64, error: &'static str) -> Result<(), &'static str> {
    sleep(ms(delay)).await;
    Err(error)
}

#[test]
fn the_failure_of_a_scope_in_the_body_is_a_group_within_the_group() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let errors = Group::scope(async |outer| {
            outer.spawn::<()>(alive.child(for_ever()));
            Group::scope(async |inner| {
                inner.spawn::<()>(alive.child(for_ever()));
                inner.spawn::<()>(alive.child(async { Err("inner") }));
                Ok(())
            })
            .await?;
            Ok(())
        })
        .await
        .unwrap_err();

        assert!(matches!(errors.nodes(), [ErrorNode::Group(_)]));
        assert_eq!(errors.to_string(), "1 error: inner");
        alive.assert_none();
    });
}

#[test]
fn the_failure_of_a_child_that_is_a_group_is_a_group_within_the_group() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let errors = Group::scope(async |outer| {
            outer.spawn::<()>(alive.child(for_ever()));
            let guard = alive.clone();
            outer.spawn_group::<()>(Group::scope(async move |inner| {
                inner.spawn::<()>(guard.child(for_ever()));
                inner.spawn::<()>(guard.child(async { Err("inner") }));
                Ok(())
            }));
            Ok(())
        })
        .await
        .unwrap_err();

        assert!(matches!(errors.nodes(), [ErrorNode::Group(_)]));
        assert_eq!(errors.to_string(), "1 error: inner");
        alive.assert_none();
    });
}

#[test]
fn the_failure_of_an_inner_scope_can_be_handled_in_the_body() {
    on_paused_clock(async || {
        let result = Group::scope(async |outer| {
            let sibling = outer.spawn(async {
                sleep(ms(50)).await;
                Ok("lives")
            });
            let inner = Group::scope(async |inner| {
                inner.spawn(fails_at(10, "inner"));
                Ok(())
            })
            .await;
            assert!(inner.is_err());
            Ok(sibling.await)
        })
        .await;

        assert_eq!(result.unwrap(), "lives");
    });
}

#[test]
fn the_failure_of_the_outer_group_stops_a_scope_in_the_body() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let errors = Group::scope::<(), _>(async |outer| {
            let (send, inner_runs) = oneshot::channel();
            outer.spawn::<()>(alive.child(async {
                let _ = inner_runs.await;
                Err("outer")
            }));
            Group::scope(async |inner| {
                inner.spawn::<()>(alive.child(for_ever()));
                let _ = send.send(());
                for_ever().await
            })
            .await?;
            unreachable!("the inner scope does not resolve")
        })
        .await
        .unwrap_err();

        assert!(
            matches!(errors.nodes(), [ErrorNode::Leaf(_)]),
            "no phantom group"
        );
        assert_eq!(errors.to_string(), "1 error: outer");
        alive.assert_none();
    });
}

#[test]
fn the_failure_of_the_outer_group_stops_a_scope_in_a_child() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let errors = Group::scope(async |outer| {
            let (send, inner_runs) = oneshot::channel();
            let guard = alive.clone();
            outer.spawn_group::<()>(Group::scope(async move |inner| {
                inner.spawn::<()>(guard.child(for_ever()));
                let _ = send.send(());
                Ok(())
            }));
            outer.spawn::<()>(alive.child(async {
                let _ = inner_runs.await;
                Err("outer")
            }));
            Ok(())
        })
        .await
        .unwrap_err();

        assert!(
            matches!(errors.nodes(), [ErrorNode::Leaf(_)]),
            "no phantom group"
        );
        assert_eq!(errors.to_string(), "1 error: outer");
        alive.assert_none();
    });
}

#[test]
fn a_scope_without_children_does_not_resolve_when_its_outer_group_fails() {
    on_paused_clock(async || {
        let start = Instant::now();
        let errors = Group::scope::<(), _>(async |outer| {
            outer.spawn(fails_at(10, "outer"));
            Group::scope(async |_| {
                sleep(ms(50)).await;
                Ok(())
            })
            .await?;
            unreachable!("the inner scope was cut off and has no value")
        })
        .await
        .unwrap_err();

        assert_eq!(errors.to_string(), "1 error: outer");
        assert_eq!(start.elapsed(), ms(10));
    });
}

#[test]
fn a_scope_cut_off_by_its_outer_group_gives_no_value_of_its_body() {
    on_paused_clock(async || {
        let errors = Group::scope::<(), _>(async |outer| {
            outer.spawn(fails_at(10, "outer"));
            Group::scope(async |inner| {
                inner.spawn::<()>(for_ever());
                Ok("a value, and a child that was cut off")
            })
            .await?;
            unreachable!("the inner scope was cut off and has no value")
        })
        .await
        .unwrap_err();

        assert_eq!(errors.to_string(), "1 error: outer");
    });
}

#[test]
fn failures_in_both_groups_in_one_tick_are_all_reported() {
    on_paused_clock(async || {
        let errors = Group::scope::<(), _>(async |outer| {
            outer.spawn(fails_at(10, "outer"));
            Group::scope(async |inner| {
                inner.spawn(fails_at(10, "inner"));
                Ok(())
            })
            .await?;
            unreachable!("the inner scope fails")
        })
        .await
        .unwrap_err();

        // The inner scope had resolved by the time the body was polled, so its failure is there too.
        assert_eq!(errors.to_string(), "2 errors: outer; inner");
    });
}

#[test]
fn a_scope_that_is_dropped_half_way_is_still_awaited_by_its_outer_group() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        Group::scope(async |_| {
            let inner = Group::scope(async |inner| {
                inner.spawn::<()>(alive.child(for_ever()));
                for_ever::<(), _>().await
            });
            tokio::select! {
                biased;
                _ = inner => unreachable!("its body never returns"),
                () = yield_now() => {}
            }
            // The inner scope's future is gone. The outer scope waits for its child.
            Ok(())
        })
        .await
        .unwrap();

        alive.assert_none();
    });
}

#[test]
fn scopes_that_are_dropped_half_way_are_awaited_through_every_level() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        Group::scope(async |_| {
            let middle = Group::scope::<(), _>(async |_| {
                let inner = Group::scope(async |inner| {
                    inner.spawn::<()>(alive.child(for_ever()));
                    for_ever::<(), _>().await
                });
                Ok(inner.await?)
            });
            tokio::select! {
                biased;
                _ = middle => unreachable!("its body never returns"),
                () = yield_now() => {}
            }
            Ok(())
        })
        .await
        .unwrap();

        alive.assert_none();
    });
}

#[test]
fn a_scope_that_a_child_drops_half_way_is_awaited_by_the_childs_group() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        Group::scope(async |outer| {
            let guard = alive.clone();
            outer.spawn(alive.child(async move {
                let inner = Group::scope(async |inner| {
                    inner.spawn::<()>(guard.child(for_ever()));
                    for_ever::<(), _>().await
                });
                tokio::select! {
                    biased;
                    _ = inner => unreachable!("its body never returns"),
                    () = yield_now() => Ok(()),
                }
            }));
            Ok(())
        })
        .await
        .unwrap();

        alive.assert_none();
    });
}

#[test]
fn a_panic_in_an_inner_group_stops_the_outer_one_too() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let guard = alive.clone();
        let scope = Group::scope(async |outer| {
            outer.spawn::<()>(alive.child(for_ever()));
            outer.spawn_group::<()>(Group::scope(async move |inner| {
                inner.spawn::<()>(guard.child(for_ever()));
                inner.spawn::<()>(guard.child(async { std::panic::panic_any(42) }));
                Ok(())
            }));
            alive.child(for_ever::<(), _>()).await
        });
        let panic = AssertUnwindSafe(scope).catch_unwind().await.err().unwrap();

        assert_eq!(panic.downcast_ref(), Some(&42));
        alive.assert_none();
    });
}

#[test]
fn cancel_stops_the_scopes_in_children_and_not_the_one_in_the_body() {
    on_paused_clock(async || {
        let (in_child, in_body) = (Flag::default(), Flag::default());
        Group::scope(async |outer| {
            let set = in_child.clone();
            outer.spawn_group(Group::scope(async move |inner| {
                inner.spawn(async move {
                    sleep(ms(10)).await;
                    set.set();
                    Ok(())
                });
                Ok(())
            }));
            yield_now().await;
            outer.cancel();

            Group::scope(async |inner| {
                let set = in_body.clone();
                inner.spawn(async move {
                    sleep(ms(10)).await;
                    set.set();
                    Ok(())
                });
                Ok(())
            })
            .await?;
            Ok(())
        })
        .await
        .unwrap();

        assert!(!in_child.is_set());
        assert!(in_body.is_set());
    });
}

#[test]
fn an_inner_group_may_have_another_error_type() {
    on_paused_clock(async || {
        let alive = Alive::default();
        let result = Group::scope::<(), _>(async |outer| {
            outer.spawn(fails_at(10, "outer"));
            let inner = TaskGroup::<String>::scope(async |inner| {
                inner.spawn::<()>(alive.child(for_ever()));
                Ok(())
            });
            inner.await.map_err(|_| "inner")?;
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap_err().to_string(), "1 error: outer");
        alive.assert_none();
    });
}

#[test]
fn a_bare_spawn_in_a_child_escapes_the_group() {
    on_paused_clock(async || {
        let escaped = Flag::default();
        Group::scope(async |group| {
            let set = escaped.clone();
            group.spawn(async move {
                tokio::spawn(async move {
                    sleep(ms(10)).await;
                    set.set();
                });
                Ok(())
            });
            Ok(())
        })
        .await
        .unwrap();

        assert!(!escaped.is_set());
        sleep(ms(20)).await;
        assert!(escaped.is_set());
    });
}

#[test]
fn an_outer_failure_counts_though_the_inner_failure_is_handled() {
    on_paused_clock(async || {
        let errors = Group::scope::<(), _>(async |outer| {
            let inner = Group::scope::<(), _>(async |inner| {
                inner.spawn::<()>(async { Err("inner") });
                outer.spawn::<()>(async { Err("outer") });
                for_ever().await
            })
            .await;
            assert_eq!(inner.unwrap_err().to_string(), "1 error: inner");
            for_ever().await
        })
        .await
        .unwrap_err();

        assert_eq!(errors.to_string(), "1 error: outer");
    });
}

#[test]
fn all_failures_of_a_child_that_is_a_group_come_in_one_group() {
    on_paused_clock(async || {
        let errors = Group::scope(async |outer| {
            outer.spawn::<()>(for_ever());
            outer.spawn_group(Group::scope(async |inner| {
                inner.spawn(fails_at(5, "boom"));
                inner.spawn(fails_at(5, "bang"));
                inner.spawn(fails_at(6, "too late"));
                Ok(())
            }));
            Ok(())
        })
        .await
        .unwrap_err();

        let [ErrorNode::Group(inner)] = errors.nodes() else {
            panic!("not one group: {errors:?}");
        };
        assert_eq!(inner.to_string(), "task 1: 2 errors: boom; bang");
    });
}

/// A child that fails or panics when it is signalled.
fn fails_to_clean_up(group: &Group, alive: &Alive, clean_up: fn() -> Result<(), &'static str>) {
    group.spawn_with_token(|stop| {
        alive.child(async move {
            stop.cancelled().await;
            yield_now().await;
            clean_up()
        })
    });
}

#[test]
fn a_clean_up_error_in_a_dropped_scope_reaches_the_outer_one() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let guard = alive.clone();
        let (send, runs) = oneshot::channel();
        let result = Group::scope_until(runs, async |outer| {
            outer.spawn_group::<()>(Group::scope(async move |inner| {
                fails_to_clean_up(&inner, &guard, || Err("clean-up"));
                let _ = send.send(());
                Ok(())
            }));
            Ok(())
        })
        .await;

        let errors = result.unwrap_err();
        assert!(matches!(errors.nodes(), [ErrorNode::Group(_)]));
        assert_eq!(errors.to_string(), "1 error: clean-up");
        alive.assert_none();
    });
}

#[test]
fn a_clean_up_panic_in_a_dropped_scope_reaches_the_outer_one() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let guard = alive.clone();
        let (send, runs) = oneshot::channel();
        let scope = TaskGroup::<String>::scope_until(runs, async |outer| {
            outer.spawn(async move {
                let inner = Group::scope(async move |inner| {
                    fails_to_clean_up(&inner, &guard, || std::panic::panic_any(42));
                    let _ = send.send(());
                    Ok(())
                });
                inner.await.map_err(|errors| errors.to_string())
            });
            Ok(())
        });
        let panic = AssertUnwindSafe(scope).catch_unwind().await.err().unwrap();

        assert_eq!(panic.downcast_ref(), Some(&42));
        alive.assert_none();
    });
}

#[test]
fn a_failure_passes_a_scope_of_another_error_type() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let guard = alive.clone();
        let (send, runs) = oneshot::channel();
        let result = Group::scope_until(runs, async |outer| {
            outer.spawn(async move {
                let middle = TaskGroup::<String>::scope(async move |_| {
                    let inner = Group::scope::<(), _>(async move |inner| {
                        fails_to_clean_up(&inner, &guard, || Err("clean-up"));
                        let _ = send.send(());
                        Ok(())
                    });
                    inner.await.map_err(|errors| errors.to_string())?;
                    Ok(())
                });
                middle.await.map_err(|_| "middle")
            });
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap_err().to_string(), "1 error: clean-up");
        alive.assert_none();
    });
}

#[test]
fn failures_of_a_scope_that_is_dropped_while_it_waits_reach_the_outer_one() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let result = Group::scope(async |outer| {
            let (send, cleans_up) = oneshot::channel();
            let (scope_lives, scope_dropped) = oneshot::channel::<()>();
            let inner = Group::scope::<(), _>(async |inner| {
                let (_body_runs, body_ended) = oneshot::channel::<()>();
                inner.spawn_with_token(|_| {
                    alive.child(async move {
                        let _ = body_ended.await;
                        let _ = send.send(());
                        let _ = scope_dropped.await;
                        Ok(())
                    })
                });
                inner.spawn::<()>(async { Err("child") });
                Err("body")?
            });
            let inner = async {
                let _scope_lives = scope_lives;
                inner.await
            };
            outer.spawn::<()>(alive.child(for_ever()));
            tokio::select! {
                _ = inner => unreachable!("its child is still cleaning up"),
                _ = cleans_up => {}
            }
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap_err().to_string(), "2 errors: child; body");
        alive.assert_none();
    });
}

#[test]
fn a_failure_in_the_tick_of_an_outer_one_is_reported_with_siblings_left() {
    on_paused_clock(async || {
        let errors = Group::scope(async |outer| {
            outer.spawn(fails_at(5, "outer"));
            outer.spawn_group(Group::scope(async |inner| {
                inner.spawn(fails_at(5, "inner"));
                inner.spawn(fails_at(9, "too late"));
                Ok(())
            }));
            Ok(())
        })
        .await
        .unwrap_err();

        let [ErrorNode::Leaf(outer), ErrorNode::Group(inner)] = errors.nodes() else {
            panic!("not a leaf and a group: {errors:?}");
        };
        assert_eq!(outer.error, "outer");
        assert_eq!(inner.leaves().next().unwrap().error, "inner");
    });
}

#[test]
fn a_group_within_a_group_has_the_name_of_its_child() {
    on_paused_clock(async || {
        let page = async |message| {
            let page = Group::scope::<(), _>(async |page| {
                page.spawn(fails_at(5, "boom"));
                Ok(())
            });
            page.await.map_err(|errors| errors.with_message(message))
        };
        let errors = Group::scope::<(), _>(async |group| {
            group.spawn_group(page(""));
            group.named("page").spawn_group(page(""));
            group.named("page").spawn_group(page("loading"));
            page("").await?;
            Ok(())
        })
        .await
        .unwrap_err();

        let names: Vec<_> = errors
            .nodes()
            .iter()
            .map(|node| match node {
                ErrorNode::Group(group) => group.message(),
                ErrorNode::Leaf(_) => panic!("not a group"),
            })
            .collect();
        assert_eq!(names, ["task 0", "page", "page: loading", ""]);
    });
}

#[test]
fn failures_of_a_scope_that_is_dropped_after_its_last_child_reach_the_outer_one() {
    on_both_runtimes(async || {
        let result = Group::scope(async |_| {
            let (send, handle) = oneshot::channel();
            let mut inner = Box::pin(Group::scope(async |inner| {
                let _ = send.send(inner.spawn::<()>(async { Err("boom") }));
                Ok(())
            }));
            if let Poll::Ready(result) = futures_util::poll!(&mut inner) {
                result?; // on two threads, the child may have ended already
            }
            let handle = handle.await.unwrap();
            while !handle.is_finished() {
                yield_now().await;
            }
            // It has ended, and would return the failure if it were polled.
            drop(inner);
            Ok(())
        })
        .await;

        assert_eq!(result.unwrap_err().to_string(), "1 error: boom");
    });
}
