//! Two workers, run in five ways.

use std::time::Duration;

use futures_util::future::join_all;
use step2_gather::gather;
use step3_taskgroup::{ErrorGroup, TaskGroup};
use tokio::time::{sleep, timeout};

use crate::{ResourceLog, careful_worker};

const NAMES: [&str; 2] = ["alpha", "beta"];

/// Runs two careful workers in a group. None of them fails.
///
/// # Errors
///
/// Never, since no worker fails.
pub async fn run_taskgroup_clean(
    log: &ResourceLog,
    delay: Duration,
) -> Result<(), ErrorGroup<&'static str>> {
    TaskGroup::scope(async |group| {
        for name in NAMES {
            let log = log.clone();
            group.spawn(async move {
                careful_worker(name, delay, &log).await;
                Ok(())
            });
        }
        Ok(())
    })
    .await
}

/// Runs two workers in a group, and a third child that fails after `fails_at`.
///
/// `spawn_worker` is called with the group and the name of each worker. It chooses how to spawn:
/// with `spawn` for a worker that is dropped, with `spawn_with_token` for one that is signalled.
///
/// # Errors
///
/// The third child's `boom`, and the errors of the workers.
pub async fn run_taskgroup_with_one_failure(
    fails_at: Duration,
    spawn_worker: impl Fn(&TaskGroup<&'static str>, &'static str),
) -> Result<(), ErrorGroup<&'static str>> {
    TaskGroup::scope(async |group| {
        for name in NAMES {
            spawn_worker(&group, name);
        }
        group.spawn::<()>(async move {
            sleep(fails_at).await;
            Err("boom")
        });
        Ok(())
    })
    .await
}

/// Runs two careful workers in a gather, with a timeout around it. Returns whether they finished in
/// time.
///
/// **This leaks**: the timeout drops the gather, the gather drops its handles, and the workers run
/// on until they are done. In asyncio the same program cancels them.
pub async fn run_gather_under_timeout(log: &ResourceLog, delay: Duration, limit: Duration) -> bool {
    let workers = NAMES.map(|name| {
        let log = log.clone();
        async move {
            careful_worker(name, delay, &log).await;
            Ok::<_, &str>(())
        }
    });
    timeout(limit, gather(workers)).await.is_ok()
}

/// Runs two careful workers as plain futures in one task, with a timeout around them. Returns
/// whether they finished in time.
///
/// The timeout drops the futures. When this function returns, their resources are closed.
pub async fn run_futures_under_timeout(
    log: &ResourceLog,
    delay: Duration,
    limit: Duration,
) -> bool {
    let workers = NAMES.map(|name| careful_worker(name, delay, log));
    timeout(limit, join_all(workers)).await.is_ok()
}

/// Runs two careful workers in a group with a deadline. Returns whether they finished in time.
///
/// At the deadline the group cancels the workers and waits for them. When this function returns,
/// their resources are closed. Unlike plain futures, the workers can run on several threads.
pub async fn run_taskgroup_under_deadline(
    log: &ResourceLog,
    delay: Duration,
    limit: Duration,
) -> bool {
    let finished = TaskGroup::<&str>::scope_until(sleep(limit), async |group| {
        for name in NAMES {
            let log = log.clone();
            group.spawn(async move {
                careful_worker(name, delay, &log).await;
                Ok(())
            });
        }
        Ok(())
    })
    .await;
    matches!(finished, Ok(Some(())))
}
