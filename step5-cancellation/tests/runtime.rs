//! What tokio does when tasks are stopped and when threads block, without any of our code.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use step5_cancellation::{ResourceLog, tracked_resource};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet, yield_now};
use tokio::time::{sleep, timeout};

/// A test that waits for longer has failed. On a paused clock the limit takes no time either.
const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test(start_paused = true)]
async fn dropping_a_join_set_aborts_and_does_not_wait_and_shutdown_does() {
    let log = ResourceLog::default();
    let spawn = |set: &mut JoinSet<()>| {
        let log = log.clone();
        set.spawn(async move {
            let _resource = tracked_resource("task", &log);
            std::future::pending::<()>().await;
        });
    };

    let mut set = JoinSet::new();
    spawn(&mut set);
    yield_now().await;
    drop(set);
    assert_eq!(log.leaked(), ["task"]);
    yield_now().await;
    assert_eq!(log.leaked(), [""; 0]);

    let mut set = JoinSet::new();
    spawn(&mut set);
    yield_now().await;
    timeout(LIMIT, set.shutdown()).await.unwrap();
    assert_eq!(log.leaked(), [""; 0]);
    assert_eq!(log.opened().len(), 2);
}

#[tokio::test]
async fn abort_lets_the_poll_that_is_running_finish() {
    // A task that aborts itself is aborted while it is polled.
    async fn abort_itself(own: oneshot::Receiver<AbortHandle>) {
        let own = own.await.unwrap();
        own.abort();
    }

    let (send, own) = oneshot::channel();
    let task = tokio::spawn(async {
        abort_itself(own).await;
        42
    });
    send.send(task.abort_handle()).unwrap();
    let result = timeout(LIMIT, task).await.unwrap();
    assert_eq!(result.unwrap(), 42, "the task needed no further poll");

    let (send, own) = oneshot::channel();
    let (has_gone_on, goes_on) = oneshot::channel();
    let task = tokio::spawn(async {
        abort_itself(own).await;
        has_gone_on.send(()).unwrap();
        yield_now().await;
        unreachable!("it is dropped at this await");
    });
    send.send(task.abort_handle()).unwrap();
    let result = timeout(LIMIT, task).await.unwrap();
    assert!(result.unwrap_err().is_cancelled());
    goes_on.await.unwrap();
}

#[tokio::test]
async fn abort_cancels_a_task_that_was_woken_for_its_last_poll() {
    let (wake, woken) = oneshot::channel();
    let task = tokio::spawn(async { woken.await.unwrap() });
    yield_now().await;

    wake.send(42).unwrap();
    task.abort();

    let result = timeout(LIMIT, task).await.unwrap();
    assert!(result.unwrap_err().is_cancelled());
}

#[test]
fn blocking_stalls_one_worker_and_on_a_single_thread_everything() {
    // A task blocks its thread until another task releases it.
    async fn blocks_until_released() {
        let (release, released) = mpsc::channel::<()>();
        let (blocked, is_blocked) = oneshot::channel();
        let blocks = tokio::spawn(async move {
            let _ = blocked.send(());
            let released = released.recv_timeout(LIMIT);
            assert_eq!(released, Err(RecvTimeoutError::Disconnected));
        });
        let _ = is_blocked.await;
        tokio::spawn(async move { drop(release) }).await.unwrap();
        blocks.await.unwrap();
    }
    Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap()
        .block_on(blocks_until_released());

    // With one thread no other task can run to release it. The test's own thread sees that the
    // second task has not run.
    let (release, released) = mpsc::channel::<()>();
    let (ran, has_run) = mpsc::channel::<()>();
    let (blocked, is_blocked) = mpsc::channel::<()>();
    let single = std::thread::spawn(move || {
        Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(async {
                tokio::spawn(async move {
                    let _ = blocked.send(());
                    let _ = released.recv_timeout(LIMIT);
                });
                tokio::spawn(async move {
                    let _ = ran.send(());
                })
                .await
                .unwrap();
            });
    });
    is_blocked.recv_timeout(LIMIT).unwrap();
    assert_eq!(has_run.try_recv(), Err(mpsc::TryRecvError::Empty));
    drop(release);
    has_run.recv_timeout(LIMIT).unwrap();
    single.join().unwrap();
}

#[test]
fn a_task_that_its_blocking_parent_spawned_waits_for_the_parent() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    let (log, order) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();

    let child_log = log.clone();
    let parent = runtime.spawn(async move {
        // No other worker takes the task that was spawned last, because it is kept apart from the
        // queue (the LIFO slot; tokio 1.51.0 took it, and that was reverted).
        let child = tokio::spawn(async move { child_log.send("child").unwrap() });
        log.send("parent blocks").unwrap();
        let released = released.recv_timeout(LIMIT);
        assert_eq!(released, Err(RecvTimeoutError::Disconnected));
        child.await.unwrap();
    });
    assert_eq!(order.recv_timeout(LIMIT), Ok("parent blocks"));
    runtime.block_on(async {
        for _ in 0..1000 {
            tokio::spawn(async {}).await.unwrap();
        }
    });

    assert_eq!(order.try_recv(), Err(mpsc::TryRecvError::Empty));
    drop(release);
    assert_eq!(order.recv_timeout(LIMIT), Ok("child"));
    runtime.block_on(parent).unwrap();
}

#[test]
fn a_task_that_blocks_can_stall_the_timers_of_three_idle_workers() {
    // One idle worker waits for the timers, and the others wait for a signal. A timer wakes the
    // first, which runs the task and signals nothing. While it blocks, nothing waits for timers.
    async fn stalls_a_timer() -> bool {
        let (fired, has_fired) = mpsc::channel();
        tokio::spawn(async move {
            sleep(Duration::from_millis(5)).await;
            fired.send(()).unwrap();
        });
        sleep(Duration::from_millis(1)).await;
        let while_blocked = has_fired.recv_timeout(Duration::from_millis(100));
        // Once this task waits, the timer fires.
        while has_fired.try_recv() == Err(mpsc::TryRecvError::Empty) {
            yield_now().await;
        }
        while_blocked == Err(RecvTimeoutError::Timeout)
    }

    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .enable_time()
        .build()
        .unwrap();
    // "Can": on a busy machine another worker may still be awake, and take the timers over.
    let stalled = runtime.spawn(async {
        for _ in 0..20 {
            if stalls_a_timer().await {
                return true;
            }
        }
        false
    });
    assert!(runtime.block_on(stalled).unwrap());
}

#[test]
fn dropping_a_runtime_waits_for_its_blocking_threads() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&done);
    let (started, has_started) = mpsc::channel();
    runtime.spawn_blocking(move || {
        started.send(()).unwrap();
        for _ in 0..1000 {
            std::thread::yield_now();
        }
        counted.fetch_add(1, Ordering::Relaxed);
    });
    has_started.recv_timeout(LIMIT).unwrap();

    drop(runtime);

    assert_eq!(done.load(Ordering::Relaxed), 1);
}
