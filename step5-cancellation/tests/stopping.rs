//! Which children a group can stop, when they stop, and how to stop the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use step3_taskgroup::TaskGroup;
use step5_cancellation::{ResourceLog, spawn_blocking_in, tracked_resource, with_grace_period};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::{spawn_blocking, yield_now};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

type Group = TaskGroup<&'static str>;

/// A test that takes longer has failed. On a paused clock the limit takes no time either.
const LIMIT: Duration = Duration::from_secs(30);

async fn within_limit<T>(future: impl Future<Output = T>) -> T {
    timeout(LIMIT, future).await.expect("it does not end")
}

/// Blocks its thread until `stop` is cancelled.
fn block_until_cancelled(stop: &CancellationToken) {
    let start = std::time::Instant::now();
    while !stop.is_cancelled() {
        assert!(start.elapsed() < LIMIT, "the token is never cancelled");
        std::thread::yield_now();
    }
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// How many of 1000 pieces of work a child does after its sibling has failed.
async fn pieces_done_after_a_failure(child: impl FnOnce(&Group, Arc<AtomicUsize>)) -> usize {
    let done = Arc::new(AtomicUsize::new(0));
    let result = within_limit(Group::scope(async |group| {
        group.spawn::<()>(async { Err("boom") });
        child(&group, Arc::clone(&done));
        Ok(())
    }))
    .await;
    assert!(result.is_err());
    done.load(Ordering::Relaxed)
}

fn one_piece(done: &AtomicUsize) {
    done.fetch_add(1, Ordering::Relaxed);
}

#[tokio::test(start_paused = true)]
async fn a_child_that_never_awaits_cannot_be_stopped() {
    let done = pieces_done_after_a_failure(|group, done| {
        group.spawn(async move {
            (0..1000).for_each(|_| one_piece(&done));
            Ok(())
        });
    });

    assert_eq!(done.await, 1000);
}

#[tokio::test(start_paused = true)]
async fn a_child_that_awaits_only_what_is_ready_cannot_be_stopped_either() {
    let done = pieces_done_after_a_failure(|group, done| {
        group.spawn(async move {
            for _ in 0..1000 {
                one_piece(&done);
                std::future::ready(()).await;
            }
            Ok(())
        });
    });

    assert_eq!(done.await, 1000);
}

// The budget of tokio 1.54 is 128. That is a detail: the rule is that there is one.
#[tokio::test(start_paused = true)]
async fn a_child_that_awaits_ready_resources_of_tokio_stops_at_the_end_of_its_budget() {
    let with_a_semaphore = pieces_done_after_a_failure(|group, done| {
        group.spawn(async move {
            let permits = Semaphore::new(1000);
            for _ in 0..1000 {
                one_piece(&done);
                permits.acquire().await.unwrap().forget();
            }
            Ok(())
        });
    });
    let with_a_channel = pieces_done_after_a_failure(|group, done| {
        group.spawn(async move {
            let (sender, mut messages) = mpsc::channel(1000);
            (0..1000).for_each(|message| sender.try_send(message).unwrap());
            for _ in 0..1000 {
                one_piece(&done);
                messages.recv().await.unwrap();
            }
            Ok(())
        });
    });

    for done in [with_a_semaphore.await, with_a_channel.await] {
        assert!((2..1000).contains(&done), "{done} pieces");
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_yields_between_two_pieces_stops_there() {
    let done = pieces_done_after_a_failure(|group, done| {
        group.spawn(async move {
            for _ in 0..1000 {
                one_piece(&done);
                yield_now().await;
            }
            Ok(())
        });
    });

    assert_eq!(done.await, 1);
}

#[tokio::test]
async fn work_moved_to_a_thread_stops_where_it_checks_the_token() {
    let done = Arc::new(AtomicUsize::new(0));
    let result = within_limit(Group::scope(async |group| {
        let counted = Arc::clone(&done);
        let (first_piece_done, starts) = oneshot::channel();
        spawn_blocking_in(&group, move |stop| {
            one_piece(&counted);
            let _ = first_piece_done.send(());
            block_until_cancelled(stop);
            Ok(())
        });
        group.spawn::<()>(async {
            let _ = starts.await;
            Err("boom")
        });
        Ok(())
    }))
    .await;

    assert!(result.is_err());
    // The thread has ended: it has dropped its clone.
    assert_eq!(Arc::strong_count(&done), 1);
    assert_eq!(done.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn spawn_blocking_outlives_the_group() {
    let log = ResourceLog::default();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (started, has_started) = oneshot::channel();
    let (left, has_left) = oneshot::channel();

    let result = within_limit(Group::scope(async |group| {
        let log = log.clone();
        group.spawn(async {
            let thread = spawn_blocking(move || {
                let resource = tracked_resource("thread", &log);
                let _ = started.send(());
                let _ = released.recv();
                drop(resource);
                let _ = left.send(());
            });
            thread.await.map_err(|_| "panicked")
        });
        group.spawn::<()>(async {
            let _ = has_started.await;
            Err("boom")
        });
        Ok(())
    }))
    .await;

    // The scope has returned. Only the future that waited for the thread was dropped.
    assert!(result.is_err());
    assert_eq!(log.leaked(), ["thread"]);
    drop(release);
    has_left.await.unwrap();
    assert_eq!(log.leaked(), [""; 0]);
}

#[tokio::test]
async fn the_scope_waits_for_blocking_work_spawned_in_the_group() {
    let log = ResourceLog::default();
    let result = within_limit(Group::scope(async |group| {
        let log = log.clone();
        let (started, has_started) = oneshot::channel();
        spawn_blocking_in(&group, move |stop| {
            let _resource = tracked_resource("thread", &log);
            let _ = started.send(());
            block_until_cancelled(stop);
            Err("stopped in the middle")
        }) as step3_taskgroup::TaskHandle<()>;
        group.spawn::<()>(async {
            let _ = has_started.await;
            Err("boom")
        });
        Ok(())
    }))
    .await;

    assert_eq!(log.leaked(), [""; 0]);
    assert_eq!(
        result.unwrap_err().to_string(),
        "2 errors: boom; stopped in the middle"
    );
}

#[tokio::test]
async fn a_panic_on_the_thread_continues_in_the_caller_with_its_own_payload() {
    let scope = Group::scope(async |group| {
        spawn_blocking_in::<(), _>(&group, |_| std::panic::panic_any("from the thread"));
        Ok(())
    });
    let caught = std::panic::AssertUnwindSafe(scope).catch_unwind();
    let panic = within_limit(caught).await.unwrap_err();

    assert_eq!(panic.downcast_ref(), Some(&"from the thread"));
}

#[tokio::test]
async fn dropping_the_scope_cancels_the_token_of_its_thread() {
    let (started, has_started) = oneshot::channel();
    let (stopped, has_stopped) = oneshot::channel();
    let scope = Group::scope(async |group| {
        spawn_blocking_in(&group, |stop| {
            let _ = started.send(());
            block_until_cancelled(stop);
            let _ = stopped.send(());
            Ok(())
        });
        Ok(())
    });

    tokio::select! {
        biased;
        _ = scope => unreachable!("its thread waits for the token"),
        _ = has_started => {}
    }
    within_limit(has_stopped).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_error_during_clean_up_is_in_the_group() {
    let result = within_limit(Group::scope(async |group| {
        group.spawn_with_token::<(), _>(|stop| async move {
            stop.cancelled().await;
            sleep(ms(10)).await;
            Err("clean-up failed")
        });
        group.spawn::<()>(async { Err("boom") });
        Ok(())
    }))
    .await;

    assert_eq!(
        result.unwrap_err().to_string(),
        "2 errors: boom; clean-up failed"
    );
}

#[tokio::test(start_paused = true)]
async fn a_panic_during_a_clean_up_is_not_lost_and_the_other_clean_ups_end_first() {
    let log = ResourceLog::default();
    let scope = Group::scope(async |group| {
        group.spawn_with_token::<(), _>(|stop| async move {
            stop.cancelled().await;
            std::panic::panic_any("while cleaning up")
        });
        let log = log.clone();
        group.spawn_with_token(|stop| async move {
            let _resource = tracked_resource("sibling", &log);
            stop.cancelled().await;
            sleep(ms(30)).await;
            Ok(())
        });
        group.spawn::<()>(async { Err("boom") });
        Ok(())
    });
    let caught = std::panic::AssertUnwindSafe(scope).catch_unwind();
    let panic = within_limit(caught).await.unwrap_err();

    assert_eq!(panic.downcast_ref(), Some(&"while cleaning up"));
    assert_eq!(log.leaked(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_signalled_child_finishes_its_critical_section() {
    let log = ResourceLog::default();
    let start = Instant::now();
    let result = within_limit(Group::scope(async |group| {
        let log = log.clone();
        group.spawn_with_token(|stop| async move {
            // This part may stop at the signal.
            stop.run_until_cancelled(sleep(ms(100))).await;
            // This part always finishes: the group signals this child and does not drop it.
            let _transaction = tracked_resource("transaction", &log);
            sleep(ms(30)).await;
            Ok(())
        });
        group.spawn::<()>(async {
            sleep(ms(10)).await;
            Err("boom")
        });
        Ok(())
    }))
    .await;

    assert!(result.is_err());
    assert_eq!(start.elapsed(), ms(40));
    assert_eq!(log.closed(), ["transaction"]);
}

#[tokio::test(start_paused = true)]
async fn a_clean_up_within_the_grace_period_ends() {
    let stop = CancellationToken::new();
    let work = async {
        stop.cancelled().await;
        sleep(ms(30)).await;
        "clean"
    };
    stop.cancel();

    assert_eq!(with_grace_period(&stop, ms(50), work).await, Some("clean"));
}

#[tokio::test(start_paused = true)]
async fn a_clean_up_beyond_the_grace_period_is_dropped() {
    let log = ResourceLog::default();
    let stop = CancellationToken::new();
    let work = async {
        let _resource = tracked_resource("slow", &log);
        sleep(ms(3_600_000)).await;
    };
    stop.cancel();
    let start = Instant::now();

    assert_eq!(with_grace_period(&stop, ms(50), work).await, None);
    assert_eq!(start.elapsed(), ms(50));
    assert_eq!(log.leaked(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn work_has_no_limit_before_the_signal() {
    let stop = CancellationToken::new();
    let start = Instant::now();

    assert_eq!(
        with_grace_period(&stop, ms(50), sleep(ms(1000))).await,
        Some(())
    );
    assert_eq!(start.elapsed(), ms(1000));
}

#[tokio::test(start_paused = true)]
async fn a_detached_audit_outlives_its_request_and_an_owned_one_does_not() {
    async fn write_audit(log: ResourceLog, order: &'static str) -> Result<(), &'static str> {
        let audit = tracked_resource(order, &log);
        sleep(ms(10)).await;
        drop(audit);
        Ok(())
    }

    let detached = ResourceLog::default();
    tokio::spawn(write_audit(detached.clone(), "order 7"));
    yield_now().await;
    assert_eq!(
        detached.leaked(),
        ["order 7"],
        "the request has ended, its audit has not"
    );

    let owned = ResourceLog::default();
    Group::scope(async |group| {
        group.spawn(write_audit(owned.clone(), "order 7"));
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(owned.closed(), ["order 7"]);
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_is_a_future_that_stops_a_group() {
    let log = ResourceLog::default();
    let ctrl_c = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
    let mut ctrl_c = ctrl_c.unwrap();

    let result = within_limit(Group::scope_until(ctrl_c.recv(), async |group| {
        let log = log.clone();
        group.spawn::<()>(async move {
            let _resource = tracked_resource("worker", &log);
            signal_hook::low_level::raise(signal_hook::consts::SIGINT).map_err(|_| "no signal")?;
            std::future::pending::<Result<_, _>>().await
        });
        Ok(())
    }))
    .await;

    assert_eq!(result.unwrap(), None);
    assert_eq!(log.opened(), ["worker"]);
    assert_eq!(log.leaked(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn the_permit_of_a_failing_child_lets_every_waiter_in_as_far_as_its_next_await() {
    let permits = Arc::new(Semaphore::new(1));
    let entered = Arc::new(AtomicUsize::new(0));
    let result = within_limit(Group::scope(async |group| {
        let one = Arc::clone(&permits);
        group.spawn::<()>(async move {
            let _permit = one.acquire().await;
            sleep(ms(10)).await;
            Err("boom")
        });
        for _ in 0..5 {
            let (one, entered) = (Arc::clone(&permits), Arc::clone(&entered));
            group.spawn::<()>(async move {
                let _permit = one.acquire().await;
                one_piece(&entered);
                sleep(ms(10)).await;
                unreachable!("it is dropped at this await")
            });
        }
        Ok(())
    }))
    .await;

    // You might expect that a waiter is cancelled while it waits and never gets a permit. In asyncio
    // the first waiter gets one. Here all of them do: a child polls its work before it checks the
    // cancellation, the permit makes that work ready, and dropping one waiter releases the permit
    // to the next.
    assert!(result.is_err());
    assert_eq!(entered.load(Ordering::Relaxed), 5);
    assert_eq!(permits.available_permits(), 1);
}
