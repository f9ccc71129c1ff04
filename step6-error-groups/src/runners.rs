//! Three ways to run a list of jobs some of whose failures are tolerable.

use std::fmt::Display;
use std::sync::{Arc, OnceLock};

use step3_taskgroup::{ErrorGroup, TaskGroup};

use crate::{
    BoxError, Except, FatalError, PartialJob, PartialReport, TolerableError, split_tolerable,
};

/// Runs every job as a child that fails when the job fails, and then sorts the failures with
/// [`Except`]. This is the article's form.
///
/// **The first failure cancels the siblings, even a tolerable one**: the group cannot know that it
/// is tolerable. The siblings are in [`cancelled`](PartialReport::cancelled). To let them run on,
/// use [`run_keeping_tolerable`].
///
/// Also returns the errors that are neither tolerable nor fatal, in their shape; these jobs are in
/// no bucket. Python raises these errors, and the report is lost.
///
/// # Cancellation
///
/// Dropping the future cancels the jobs and loses the report.
pub async fn run_with_except_star(
    jobs: Vec<PartialJob>,
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let (mut report, failed) = run_jobs(jobs, |_| false).await;
    let rest = failed.and_then(|failed| {
        Except::new(failed)
            .handle::<TolerableError>(|group| {
                report.tolerated = failure_lines(Some(&group));
                Ok(())
            })
            .handle::<FatalError>(|group| {
                report.fatal = failure_lines(Some(&group));
                Ok(())
            })
            .reraise()
            .err()
    });
    (report, rest)
}

/// Runs the jobs as [`run_with_except_star`] does, and returns the errors that are not tolerable
/// beside the report. The caller decides whether to raise them.
///
/// Both forms give a report of the same shape, but two kinds of error are treated differently. Here
/// an unclassified error is reported under `fatal`. And here a fatal error is also returned, while
/// there its handler has taken it.
///
/// # Cancellation
///
/// As [`run_with_except_star`].
pub async fn collect_with_selective_reraise(
    jobs: Vec<PartialJob>,
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let (mut report, failed) = run_jobs(jobs, |_| false).await;
    let (tolerable, rest) = failed.map_or((None, None), split_tolerable);
    report.tolerated = failure_lines(tolerable.as_ref());
    report.fatal = failure_lines(rest.as_ref());
    (report, rest)
}

/// Runs every job as a child for which **a tolerable failure is a value**: the child records the
/// failure and succeeds. Any other failure cancels the siblings.
///
/// Also returns the fatal and unclassified errors.
///
/// # Cancellation
///
/// As [`run_with_except_star`].
pub async fn run_keeping_tolerable(
    jobs: Vec<PartialJob>,
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let (mut report, failed) = run_jobs(jobs, |error| error.is::<TolerableError>()).await;
    report.fatal = failure_lines(failed.as_ref());
    (report, failed)
}

/// How a job ended, if it was not cancelled.
enum Ending {
    Succeeded,
    Tolerated(BoxError),
    /// The error is in the error group.
    Failed,
}

/// Runs every job as a child. The child fails when its job fails, unless `is_tolerated` returns
/// true for the failure.
///
/// The jobs that failed are in the error group and not yet in the report; the caller adds them.
async fn run_jobs(
    jobs: Vec<PartialJob>,
    is_tolerated: fn(&BoxError) -> bool,
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let mut endings = Vec::new();
    let result = TaskGroup::scope(async |group| {
        for job in jobs {
            // Stays empty if the job is cancelled, or if the group refuses to spawn it.
            let ending = Arc::new(OnceLock::new());
            endings.push((job.name(), Arc::clone(&ending)));
            group.spawn_named(job.name(), async move {
                let (how, result) = match job.run().await {
                    Ok(()) => (Ending::Succeeded, Ok(())),
                    Err(error) if is_tolerated(&error) => (Ending::Tolerated(error), Ok(())),
                    Err(error) => (Ending::Failed, Err(error)),
                };
                let _ = ending.set(how);
                result
            });
        }
        Ok(())
    })
    .await;

    let mut report = PartialReport::default();
    for (name, ending) in endings {
        match ending.get() {
            Some(Ending::Succeeded) => report.succeeded.push(name.to_owned()),
            Some(Ending::Tolerated(error)) => report.tolerated.push(format!("{name}: {error}")),
            Some(Ending::Failed) => {}
            None => report.cancelled.push(name.to_owned()),
        }
    }
    (report, result.err())
}

/// A line for each failure in `group`, in its order: the job's name and the error.
fn failure_lines<E: Display>(group: Option<&ErrorGroup<E>>) -> Vec<String> {
    let leaves = group.into_iter().flat_map(ErrorGroup::leaves);
    leaves
        .map(|leaf| format!("{}: {}", leaf.task, leaf.error))
        .collect()
}
