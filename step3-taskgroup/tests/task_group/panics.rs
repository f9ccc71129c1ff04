//! A panic stops the group, and reaches the caller after the last child has ended.

use std::any::Any;
use std::fmt::{self, Display};
use std::panic::AssertUnwindSafe;
use std::process::Command;

use futures_util::FutureExt;
use step3_taskgroup::TaskGroup;
use tokio::runtime::Builder;
use tokio::sync::{broadcast, oneshot};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::support::{Alive, OnDrop, for_ever, ms, on_both_runtimes, on_paused_clock};

type Group = TaskGroup<&'static str>;

/// The payload with which `scope` panics.
async fn panic_of<T>(scope: impl Future<Output = T>) -> Box<dyn Any + Send> {
    AssertUnwindSafe(scope)
        .catch_unwind()
        .await
        .err()
        .expect("the scope panics")
}

#[test]
fn a_panic_in_a_child_stops_the_rest_and_goes_on_in_the_caller() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let panic = panic_of(Group::scope(async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            group.spawn::<()>(alive.child(async { std::panic::panic_any(42) }));
            alive.child(for_ever::<(), _>()).await
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&42), "its own payload");
        alive.assert_none();
    });
}

#[test]
fn a_panic_in_the_body_stops_the_children_and_goes_on_in_the_caller() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let panic = panic_of(Group::scope::<(), _>(async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            yield_now().await;
            std::panic::panic_any(42)
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&42));
        alive.assert_none();
    });
}

#[test]
fn a_panic_in_the_destructor_of_a_cancelled_child_reaches_the_caller() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let panic = panic_of(Group::scope(async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            group.spawn::<()>(alive.child(async {
                let _panics = OnDrop(|| std::panic::panic_any(42));
                for_ever().await
            }));
            group.spawn::<()>(alive.child(async {
                yield_now().await;
                Err("boom")
            }));
            Ok(())
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&42));
        alive.assert_none();
    });
}

#[test]
fn a_panic_in_the_destructor_of_a_cancelled_body_reaches_the_caller() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let panic = panic_of(Group::scope::<(), _>(async |group| {
            let _panics = OnDrop(|| std::panic::panic_any(42));
            group.spawn::<()>(alive.child(for_ever()));
            group.spawn::<()>(alive.child(async { Err("boom") }));
            for_ever().await
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&42));
        alive.assert_none();
    });
}

#[test]
fn a_panic_in_the_destructor_of_an_untaken_value_reaches_the_caller() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let panic = panic_of(Group::scope(async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            group.spawn(alive.child(async { Ok(OnDrop(|| std::panic::panic_any(42))) }));
            Ok(())
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&42));
        alive.assert_none();
    });
}

#[test]
fn a_panic_in_stop_stops_the_children_and_goes_on_in_the_caller() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let stop = async { std::panic::panic_any(42) };
        let panic = panic_of(Group::scope_until(stop, async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            Ok(())
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&42));
        alive.assert_none();
    });
}

#[test]
fn a_panic_in_the_destructor_of_stop_stops_the_children_and_goes_on_in_the_caller() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let panics = OnDrop(|| std::panic::panic_any(42));
        // `poll_fn` drops what it captured only when it is dropped; an async block would at its end.
        let stop = std::future::poll_fn(move |_| {
            let _ = &panics;
            std::task::Poll::Ready(())
        });
        let panic = panic_of(Group::scope_until(stop, async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            Ok(())
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&42));
        alive.assert_none();
    });
}

#[test]
fn the_first_of_several_panics_resumes_in_the_caller() {
    on_paused_clock(async || {
        let panic = panic_of(Group::scope::<(), _>(async |group| {
            for (delay, payload) in [(20, "late"), (10, "first"), (10, "second")] {
                group.spawn::<()>(async move {
                    sleep(ms(delay)).await;
                    std::panic::panic_any(payload)
                });
            }
            sleep(ms(20)).await;
            std::panic::panic_any("body")
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&"first"));
    });
}

#[test]
fn a_panic_wins_over_a_failure() {
    on_paused_clock(async || {
        let panic = panic_of(Group::scope(async |group| {
            group.spawn::<()>(async { Err("boom") });
            group.spawn::<()>(async { std::panic::panic_any(42) });
            Ok(())
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&42));
    });
}

/// What the test with this name writes, in a process of its own.
fn standard_error_of(test: &str) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn what_failed_before_a_panic_is_written_to_standard_error() {
    let written = standard_error_of("panics::a_panic_wins_over_a_failure");
    assert!(
        written.contains("failed before the panic: error group (1)"),
        "{written}"
    );
    assert!(written.contains("task 0: boom"), "{written}");
}

#[test]
fn a_panic_in_a_child_whose_destructor_panics_too_does_not_abort() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let panic = panic_of(Group::scope(async |group| {
            group.spawn::<()>(alive.child(for_ever()));
            let destructor = OnDrop(|| std::panic::panic_any("destructor"));
            // `poll_fn` still holds its destructor when its poll has panicked.
            group.spawn::<()>(std::future::poll_fn(move |_| {
                let _ = &destructor;
                std::panic::panic_any("poll")
            }));
            Ok(())
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&"poll"));
        alive.assert_none();
    });
}

#[test]
fn a_child_whose_runtime_shuts_down_makes_its_scope_panic() {
    on_both_runtimes(async || {
        let other = Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        let panic = panic_of(Group::scope(async |group| {
            {
                let _other = other.enter();
                group.spawn_named::<()>("orders", for_ever());
            }
            // A thread, because a runtime waits for its threads when it is dropped.
            std::thread::spawn(|| drop(other)).join().unwrap();
            Ok(7)
        }))
        .await;

        let message: &String = panic.downcast_ref().expect("a message");
        assert_eq!(message, "orders was cut off: its runtime has shut down");
    });
}

/// An error that cannot be shown.
#[derive(Debug)]
struct Unshowable;

impl Display for Unshowable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        std::panic::panic_any("display")
    }
}

#[test]
fn an_error_whose_display_panics_does_not_replace_the_first_panic() {
    on_both_runtimes(async || {
        let panic = panic_of(TaskGroup::<Unshowable>::scope(async |group| {
            let (start, started) = broadcast::channel(1);
            let mut fails = started.resubscribe();
            group.spawn::<()>(async move {
                let _ = fails.recv().await;
                Err(Unshowable)
            });
            let mut panics = started;
            group.spawn::<()>(async move {
                let _ = panics.recv().await;
                std::panic::panic_any("first")
            });
            start.send(()).unwrap();
            Ok(())
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&"first"));
    });
}

/// A payload whose destructor panics.
struct PanicsAgain;

impl Drop for PanicsAgain {
    fn drop(&mut self) {
        std::panic::panic_any("destructor of a payload")
    }
}

#[test]
fn a_childs_payload_that_panics_when_dropped_does_not_replace_the_first() {
    on_both_runtimes(async || {
        let alive = Alive::default();
        let panic = panic_of(Group::scope::<(), _>(async |group| {
            group.spawn_with_token(|stop| {
                alive.child(async move {
                    stop.cancelled().await;
                    for _ in 0..10 {
                        yield_now().await;
                    }
                    Ok(())
                })
            });
            group.spawn_with_token::<(), _>(|stop| async move {
                stop.cancelled().await;
                std::panic::panic_any(PanicsAgain)
            });
            std::panic::panic_any("first")
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&"first"));
        alive.assert_none();
    });
}

#[test]
fn a_body_may_panic_over_the_channel_of_a_child_that_fails() {
    on_paused_clock(async || {
        let panic = panic_of(Group::scope::<(), _>(async |group| {
            let (send, value) = oneshot::channel::<()>();
            group.spawn::<()>(async {
                yield_now().await;
                drop(send);
                Err("boom")
            });
            value.await.unwrap();
            Ok(())
        }))
        .await;

        assert!(panic.downcast_ref::<String>().is_some());
    });
}

#[test]
fn the_failure_behind_a_closed_channel_is_written_with_the_panic() {
    let written =
        standard_error_of("panics::a_body_may_panic_over_the_channel_of_a_child_that_fails");
    assert!(written.contains("task 0: boom"), "{written}");
}

#[test]
fn a_bodys_payload_that_panics_when_dropped_does_not_replace_the_first() {
    on_paused_clock(async || {
        let alive = Alive::default();
        let panic = panic_of(Group::scope::<(), _>(async |group| {
            group.spawn_with_token(|stop| {
                alive.child(async move {
                    stop.cancelled().await;
                    yield_now().await;
                    Ok(())
                })
            });
            group.spawn::<()>(async { std::panic::panic_any("first") });
            // The child panics meanwhile. The body's await is ready too, so the body goes on.
            yield_now().await;
            std::panic::panic_any(PanicsAgain)
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&"first"));
        alive.assert_none();
    });
}

#[test]
fn a_destructors_payload_that_panics_when_dropped_does_not_replace_the_first() {
    on_both_runtimes(async || {
        let panic = panic_of(Group::scope(async |group| {
            let destructor = OnDrop(|| std::panic::panic_any(PanicsAgain));
            group.spawn::<()>(std::future::poll_fn(move |_| {
                let _ = &destructor;
                std::panic::panic_any("first")
            }));
            Ok(())
        }))
        .await;

        assert_eq!(panic.downcast_ref(), Some(&"first"));
    });
}
