//! Two workers, `alpha` and `beta`, run in five ways.
//!
//! In a group, `spawn_worker` is called with the group and the name of each worker. It chooses how to
//! spawn: with `spawn` for a worker that is dropped, with `spawn_with_token` for one that is signalled.

use std::time::Duration;

use futures_util::future::join_all;
use step2_gather::gather_settled;
use step3_taskgroup::{ErrorGroup, TaskGroup};
use tokio::time::{sleep, timeout};

const NAMES: [&str; 2] = ["alpha", "beta"];

/// Runs two workers in a group.
///
/// # Errors
///
/// The errors of the workers.
///
/// # Cancellation
///
/// Dropping the future cancels the group and does not wait for the workers.
pub async fn run_taskgroup_clean(
    spawn_worker: impl Fn(&TaskGroup<&'static str>, &'static str),
) -> Result<(), ErrorGroup<&'static str>> {
    TaskGroup::scope(async |group| {
        for name in NAMES {
            spawn_worker(&group, name);
        }
        Ok(())
    })
    .await
}

/// Runs two workers in a group, and a third child that fails after `fails_at`.
///
/// # Errors
///
/// The third child's `boom`, and the errors of the workers.
///
/// # Cancellation
///
/// Dropping the future cancels the group and does not wait for the workers.
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

/// Runs two workers in a group with a deadline. Returns whether they finished in time.
///
/// At the deadline the group cancels the workers and waits for them. When this function returns,
/// their resources are closed.
///
/// # Errors
///
/// The errors of the workers.
///
/// # Cancellation
///
/// Dropping the future cancels the group and does not wait for the workers.
pub async fn run_taskgroup_under_deadline(
    limit: Duration,
    spawn_worker: impl Fn(&TaskGroup<&'static str>, &'static str),
) -> Result<bool, ErrorGroup<&'static str>> {
    let finished = TaskGroup::scope_until(sleep(limit), async |group| {
        for name in NAMES {
            spawn_worker(&group, name);
        }
        Ok(())
    })
    .await?;
    Ok(finished.is_some())
}

/// Runs two workers in a gather, with a timeout around it. Returns whether they finished in time.
/// (The article's function returns whether they timed out.)
///
/// **This leaks**: the timeout drops the gather, the gather drops its handles, and the workers run
/// on until they are done. In asyncio the same program cancels them. A worker returns no error, so
/// it does not matter which of lesson 2's two gathers this is.
///
/// # Cancellation
///
/// Dropping the future leaks the workers in the same way.
pub async fn run_gather_under_timeout<F>(
    limit: Duration,
    worker: impl Fn(&'static str) -> F,
) -> bool
where
    F: Future<Output = ()> + Send + 'static,
{
    timeout(limit, gather_settled(NAMES.map(worker)))
        .await
        .is_ok()
}

/// Runs two workers as plain futures in one task, with a timeout around them. Returns whether they
/// finished in time.
///
/// The timeout drops the futures. When this function returns, their resources are closed. Both
/// workers run on one thread at a time.
///
/// # Cancellation
///
/// Dropping the future drops the workers.
pub async fn run_futures_under_timeout<F: Future<Output = ()>>(
    limit: Duration,
    worker: impl Fn(&'static str) -> F,
) -> bool {
    timeout(limit, join_all(NAMES.map(worker))).await.is_ok()
}
