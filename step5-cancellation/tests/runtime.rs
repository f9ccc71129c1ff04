//! What tokio does when tasks are stopped and when threads block, without any of our code.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use step5_cancellation::{ResourceLog, tracked_resource};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;

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

#[tokio::test(start_paused = true)]
async fn abort_lets_a_task_without_an_await_left_complete() {
    let task = tokio::spawn(async {
        yield_now().await;
        42
    });
    yield_now().await;
    yield_now().await;
    task.abort();

    assert_eq!(task.await.unwrap(), 42);
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
