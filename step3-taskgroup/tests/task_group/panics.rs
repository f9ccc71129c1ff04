//! A panic stops the group, and reaches the caller after the last child has ended.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::process::Command;

use futures_util::FutureExt;
use step3_taskgroup::TaskGroup;
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

#[test]
fn what_failed_before_a_panic_is_written_to_standard_error() {
    // The test above, run in a process of its own whose standard error can be read.
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "panics::a_panic_wins_over_a_failure",
            "--nocapture",
        ])
        .output()
        .unwrap();

    assert!(output.status.success());
    let written = String::from_utf8(output.stderr).unwrap();
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
