//! Why a gather leaves orphans: a task runs on when its handle is dropped.

mod log;

use std::sync::Arc;

use log::{Log, ms};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

fn spawn_slow(log: &Log) -> JoinHandle<()> {
    let log = log.clone();
    tokio::spawn(async move {
        sleep(ms(50)).await;
        log.push("finished");
    })
}

#[tokio::test(start_paused = true)]
async fn dropping_a_join_handle_detaches_the_task() {
    let log = Log::default();

    let handle = spawn_slow(&log);
    drop(handle);

    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["finished"]);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_around_a_join_handle_leaves_the_task_running() {
    let log = Log::default();

    let handle = spawn_slow(&log);
    assert!(timeout(ms(10), handle).await.is_err());

    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["finished"]);
}

#[tokio::test(start_paused = true)]
async fn an_err_of_a_task_without_a_handle_is_silent() {
    // The count of this `Arc` shows whether the task still holds its error.
    let error = Arc::new("disk full");
    let handle = tokio::spawn({
        let error = Arc::clone(&error);
        async move {
            sleep(ms(10)).await;
            Err::<(), _>(error)
        }
    });
    drop(handle);

    // The task returns its error, and the runtime drops it. There is no hook and no log line.
    // asyncio would have logged "Task exception was never retrieved".
    assert_eq!(Arc::strong_count(&error), 2);
    sleep(ms(100)).await;
    assert_eq!(Arc::strong_count(&error), 1);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_the_first_failure_with_select_cancels_nothing() {
    let log = Log::default();

    let slow = spawn_slow(&log);
    let fails = tokio::spawn(async {
        sleep(ms(10)).await;
        Err::<(), _>("boom")
    });

    // `asyncio.wait(..., return_when=FIRST_EXCEPTION)` stops waiting and cancels nothing.
    tokio::select! {
        _ = slow => unreachable!("it takes 50 ms"),
        failed = fails => assert_eq!(failed.unwrap(), Err("boom")),
    }

    assert_eq!(log.entries(), [""; 0]);
    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["finished"]);
}
