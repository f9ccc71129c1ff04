//! The same two workers, run in five ways.

use std::time::Duration;

use futures_util::future::join_all;
use step2_gather::gather;
use step3_taskgroup::{ErrorGroup, TaskGroup};
use tokio::time::{sleep, timeout};

use crate::{ResourceLog, careful_worker};

const NAMES: [&str; 2] = ["alpha", "beta"];

/// Two careful workers in a group, and nothing goes wrong.
///
/// # Errors
///
/// None: no worker fails.
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

/// Two workers in a group, and a third child that fails after `fails_at`. `enlist` spawns a worker of
/// the name that it is given, in the way in which that kind of worker is stopped.
///
/// # Errors
///
/// The third child's `boom`, and whatever the workers return.
pub async fn run_taskgroup_with_one_failure(
    fails_at: Duration,
    enlist: impl Fn(&TaskGroup<&'static str>, &'static str),
) -> Result<(), ErrorGroup<&'static str>> {
    TaskGroup::scope(async |group| {
        for name in NAMES {
            enlist(&group, name);
        }
        group.spawn::<()>(async move {
            sleep(fails_at).await;
            Err("boom")
        });
        Ok(())
    })
    .await
}

/// Two careful workers in a gather, under a timeout. **This leaks**: the timeout drops the gather,
/// the gather drops its handles, and the workers run on until they are done.
///
/// In asyncio the same program cancels them. Returns whether they finished in time.
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

/// Two careful workers as plain futures in one task, under a timeout. They are dropped with it: by
/// the time it returns, their resources are closed. Returns whether they finished in time.
pub async fn run_futures_under_timeout(
    log: &ResourceLog,
    delay: Duration,
    limit: Duration,
) -> bool {
    let workers = NAMES.map(|name| careful_worker(name, delay, log));
    timeout(limit, join_all(workers)).await.is_ok()
}

/// Two careful workers in a group that has a deadline. It cancels, and then it waits: by the time
/// it returns, their resources are closed, and they may have run on as many threads as there are.
/// Returns whether they finished in time.
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
