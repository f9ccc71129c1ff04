//! Do the resources close? Three kinds of worker, and five ways to run them.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use step3_taskgroup::TaskGroup;
use step5_cancellation::{
    ResourceLog, careful_worker, cleaning_worker, run_futures_under_timeout,
    run_gather_under_timeout, run_taskgroup_clean, run_taskgroup_under_deadline,
    run_taskgroup_with_one_failure, swallowing_worker, tracked_resource,
};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

const NOTHING: [&str; 0] = [];

/// A test that takes longer has failed. On the paused clock the limit takes no time either.
async fn within_limit<T>(future: impl Future<Output = T>) -> T {
    let limited = timeout(Duration::from_secs(30), future);
    limited.await.expect("it does not end")
}

type Group = TaskGroup<&'static str>;

/// Spawns workers that a cancelled group drops.
fn careful(log: &ResourceLog) -> impl Fn(&Group, &'static str) {
    |group, name| {
        let log = log.clone();
        group.spawn(async move {
            careful_worker(name, ms(200), &log).await;
            Ok(())
        });
    }
}

/// Spawns workers that a cancelled group signals. They clean up for 30 ms.
fn cleaning(log: &ResourceLog) -> impl Fn(&Group, &'static str) {
    |group, name| {
        let log = log.clone();
        group.spawn_with_token(|stop| async move {
            cleaning_worker(name, ms(200), ms(30), &log, &stop).await;
            Ok(())
        });
    }
}

/// Spawns workers that a cancelled group signals in vain.
fn swallowing(log: &ResourceLog) -> impl Fn(&Group, &'static str) {
    |group, name| {
        let log = log.clone();
        group.spawn_with_token(|stop| async move {
            swallowing_worker(name, ms(200), &log, &stop).await;
            Ok(())
        });
    }
}

#[test]
fn a_resource_closes_at_the_end_of_its_block() {
    let log = ResourceLog::default();
    {
        let _resource = tracked_resource("file", &log);
        assert_eq!(log.leaked(), ["file"]);
    }

    assert_eq!(log.opened(), ["file"]);
    assert_eq!(log.closed(), ["file"]);
    assert_eq!(log.leaked(), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn a_resource_closes_when_its_block_fails_or_panics() {
    let log = ResourceLog::default();

    let failed: Result<(), &str> = async {
        let _resource = tracked_resource("failing", &log);
        Err("boom")
    }
    .await;
    assert!(failed.is_err());
    let panicked = AssertUnwindSafe(async {
        let _resource = tracked_resource("panicking", &log);
        panic!("boom")
    });
    assert!(panicked.catch_unwind().await.is_err());

    assert_eq!(log.closed(), ["failing", "panicking"]);
    assert_eq!(log.leaked(), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn a_resource_closes_when_its_task_is_aborted_and_has_ended() {
    let log = ResourceLog::default();
    let task = tokio::spawn({
        let log = log.clone();
        async move { careful_worker("worker", ms(50), &log).await }
    });
    sleep(ms(10)).await;

    task.abort();
    assert_eq!(log.leaked(), ["worker"], "cancelled, and not dropped yet");
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(log.leaked(), NOTHING);
    assert_eq!(log.cancelled(), ["worker"]);
}

#[test]
fn a_leak_is_an_opening_without_a_closing_and_not_a_name_without_one() {
    let log = ResourceLog::default();
    let first = tracked_resource("twice", &log);
    let second = tracked_resource("twice", &log);
    drop(first);

    // By its name alone, "twice" would count as closed.
    assert_eq!(log.leaked(), ["twice"]);
    drop(second);
    assert_eq!(log.leaked(), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn without_a_failure_every_worker_completes_and_every_resource_closes() {
    let logs = [(); 3].map(|()| ResourceLog::default());

    within_limit(run_taskgroup_clean(careful(&logs[0])))
        .await
        .unwrap();
    within_limit(run_taskgroup_clean(cleaning(&logs[1])))
        .await
        .unwrap();
    within_limit(run_taskgroup_clean(swallowing(&logs[2])))
        .await
        .unwrap();

    for log in logs {
        assert_eq!(log.opened(), ["alpha", "beta"]);
        assert_eq!(log.closed(), ["alpha", "beta"]);
        assert_eq!(log.completed(), ["alpha", "beta"]);
        assert_eq!(log.cancelled(), NOTHING);
    }
}

#[tokio::test(start_paused = true)]
async fn a_careful_worker_is_dropped_at_the_failure_and_its_resource_closes() {
    let log = ResourceLog::default();
    let start = Instant::now();

    let result = within_limit(run_taskgroup_with_one_failure(ms(10), careful(&log))).await;

    assert_eq!(result.unwrap_err().to_string(), "1 error: boom");
    assert_eq!(start.elapsed(), ms(10));
    assert_eq!(log.opened(), ["alpha", "beta"]);
    assert_eq!(log.cancelled(), ["alpha", "beta"]);
    assert_eq!(log.completed(), NOTHING);
    assert_eq!(log.leaked(), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn the_scope_waits_for_the_clean_up_of_a_signalled_worker() {
    let log = ResourceLog::default();
    let start = Instant::now();

    let result = within_limit(run_taskgroup_with_one_failure(ms(10), cleaning(&log))).await;

    assert_eq!(result.unwrap_err().to_string(), "1 error: boom");
    assert_eq!(
        start.elapsed(),
        ms(40),
        "10 ms until the failure, then 30 ms of clean-up"
    );
    assert_eq!(log.opened(), ["alpha", "beta"]);
    assert_eq!(log.cancelled(), ["alpha", "beta"]);
    assert_eq!(log.completed(), NOTHING);
    assert_eq!(log.leaked(), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn a_swallowing_worker_goes_on_and_is_waited_for() {
    let log = ResourceLog::default();
    let start = Instant::now();

    let result = within_limit(run_taskgroup_with_one_failure(ms(10), swallowing(&log))).await;

    // The group does not hang. It ends when the last worker is done.
    assert_eq!(result.unwrap_err().to_string(), "1 error: boom");
    assert_eq!(start.elapsed(), ms(200));
    assert_eq!(log.completed(), ["alpha", "beta"]);
    assert_eq!(
        log.cancelled(),
        NOTHING,
        "the log does not show that they should have stopped"
    );
    assert_eq!(log.leaked(), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn a_gather_under_a_timeout_leaks_its_workers_until_they_are_done() {
    let (careful, swallowing) = (ResourceLog::default(), ResourceLog::default());
    let careful_worker = |name| {
        let log = careful.clone();
        async move { careful_worker(name, ms(200), &log).await }
    };
    // The timeout cancels no token, so this worker has no signal to ignore.
    let swallowing_worker = |name| {
        let log = swallowing.clone();
        async move { swallowing_worker(name, ms(200), &log, &CancellationToken::new()).await }
    };

    assert!(!run_gather_under_timeout(ms(20), careful_worker).await);
    assert!(!run_gather_under_timeout(ms(20), swallowing_worker).await);

    assert_eq!(careful.leaked(), ["alpha", "beta"]);
    assert_eq!(swallowing.leaked(), ["alpha", "beta"]);
    sleep(ms(300)).await;
    for log in [careful, swallowing] {
        assert_eq!(log.leaked(), NOTHING);
        assert_eq!(log.completed(), ["alpha", "beta"]);
    }
}

#[tokio::test(start_paused = true)]
async fn plain_futures_under_a_timeout_are_dropped_with_it() {
    let (careful, swallowing) = (ResourceLog::default(), ResourceLog::default());
    let stop = CancellationToken::new();
    let careful_worker = |name| careful_worker(name, ms(200), &careful);
    let swallowing_worker = |name| swallowing_worker(name, ms(200), &swallowing, &stop);

    assert!(!run_futures_under_timeout(ms(20), careful_worker).await);
    assert!(!run_futures_under_timeout(ms(20), swallowing_worker).await);

    assert_eq!(careful.opened(), ["alpha", "beta"]);
    assert_eq!(careful.leaked(), NOTHING);
    assert_eq!(careful.cancelled().len(), 2);
    assert_eq!(swallowing.opened(), ["alpha", "beta"]);
    assert_eq!(swallowing.leaked(), NOTHING);
    assert_eq!(swallowing.completed(), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn a_group_under_a_deadline_cancels_and_waits() {
    let log = ResourceLog::default();
    let start = Instant::now();

    let in_time = within_limit(run_taskgroup_under_deadline(ms(20), careful(&log))).await;

    assert!(!in_time.unwrap());
    assert_eq!(start.elapsed(), ms(20));
    assert_eq!(log.opened(), ["alpha", "beta"]);
    assert_eq!(log.leaked(), NOTHING);
    assert_eq!(log.cancelled(), ["alpha", "beta"]);
}

#[tokio::test(start_paused = true)]
async fn a_group_under_a_deadline_waits_for_signalled_workers() {
    let (cleaned, swallowed) = (ResourceLog::default(), ResourceLog::default());
    let start = Instant::now();

    let in_time = within_limit(run_taskgroup_under_deadline(ms(20), cleaning(&cleaned))).await;
    assert!(!in_time.unwrap());
    assert_eq!(start.elapsed(), ms(50));
    assert_eq!(cleaned.cancelled(), ["alpha", "beta"]);

    let in_time = within_limit(run_taskgroup_under_deadline(ms(20), swallowing(&swallowed))).await;
    assert!(!in_time.unwrap());
    assert_eq!(start.elapsed(), ms(250));
    assert_eq!(swallowed.completed(), ["alpha", "beta"]);
    assert_eq!([cleaned.leaked(), swallowed.leaked()], [NOTHING; 2]);
}

#[tokio::test(start_paused = true)]
async fn workers_that_need_less_than_the_limit_finish() {
    let log = ResourceLog::default();
    let worker = |name| {
        let log = log.clone();
        async move { careful_worker(name, ms(200), &log).await }
    };

    assert!(run_gather_under_timeout(ms(300), worker).await);
    assert!(run_futures_under_timeout(ms(300), worker).await);
    let in_time = within_limit(run_taskgroup_under_deadline(ms(300), careful(&log))).await;
    assert!(in_time.unwrap());

    assert_eq!(log.completed().len(), 6);
    assert_eq!(log.leaked(), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_around_a_group_leaves_its_children_running_for_a_moment() {
    let log = ResourceLog::default();
    let scope = TaskGroup::<&str>::scope(async |group| {
        let log = log.clone();
        group.spawn(async move {
            careful_worker("child", ms(200), &log).await;
            Ok(())
        });
        Ok(())
    });

    assert!(timeout(ms(20), scope).await.is_err());

    assert_eq!(log.leaked(), ["child"], "cancelled, and not dropped yet");
    tokio::task::yield_now().await;
    assert_eq!(log.leaked(), NOTHING);
}
