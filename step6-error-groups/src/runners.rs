//! Three ways to run a list of jobs some of whose failures are tolerable.

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
pub async fn run_with_except_star(
    jobs: &[PartialJob],
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let (mut report, failed) = run_jobs(jobs, |_| false).await;
    let rest = failed.and_then(|failed| {
        Except::new(failed)
            .handle::<TolerableError>(|group| {
                report.tolerated = task_names(Some(&group));
                Ok(())
            })
            .handle::<FatalError>(|group| {
                report.fatal = task_names(Some(&group));
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
/// The article calls the two equivalent, but they differ for two kinds of error. Here an
/// unclassified error is reported under `fatal`. And here a fatal error is also returned, while
/// there its handler has taken it.
pub async fn collect_with_selective_reraise(
    jobs: &[PartialJob],
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let (mut report, failed) = run_jobs(jobs, |_| false).await;
    let (tolerable, rest) = failed.map_or((None, None), split_tolerable);
    report.tolerated = task_names(tolerable.as_ref());
    report.fatal = task_names(rest.as_ref());
    (report, rest)
}

/// Runs every job as a child for which **a tolerable failure is a value**: the child records the
/// failure and succeeds. Any other failure cancels the siblings.
///
/// Also returns the fatal and unclassified errors.
pub async fn run_keeping_tolerable(
    jobs: &[PartialJob],
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let (mut report, failed) = run_jobs(jobs, |error| error.is::<TolerableError>()).await;
    report.fatal = task_names(failed.as_ref());
    (report, failed)
}

/// How a job ended, if it was not cancelled.
enum Ending {
    Succeeded,
    Tolerated,
    Failed,
}

/// Runs every job as a child. The child fails when its job fails, unless `is_tolerated` returns
/// true for the failure.
///
/// The jobs that failed are in the error group and not yet in the report; the caller adds them.
async fn run_jobs(
    jobs: &[PartialJob],
    is_tolerated: fn(&BoxError) -> bool,
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    // An ending stays empty if its job was cancelled, or if the group refused to spawn it.
    let endings: Vec<_> = jobs.iter().map(|_| Arc::new(OnceLock::new())).collect();
    let result = TaskGroup::scope(async |group| {
        for (job, ending) in jobs.iter().cloned().zip(&endings) {
            let ending = Arc::clone(ending);
            group.spawn_named(job.name(), async move {
                let (how, result) = match job.run().await {
                    Ok(()) => (Ending::Succeeded, Ok(())),
                    Err(error) if is_tolerated(&error) => (Ending::Tolerated, Ok(())),
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
    for (job, ending) in jobs.iter().zip(&endings) {
        let bucket = match ending.get() {
            Some(Ending::Succeeded) => &mut report.succeeded,
            Some(Ending::Tolerated) => &mut report.tolerated,
            Some(Ending::Failed) => continue,
            None => &mut report.cancelled,
        };
        bucket.push(job.name().to_owned());
    }
    (report, result.err())
}

/// The names of the tasks whose failures are in `group`, in its order.
fn task_names<E>(group: Option<&ErrorGroup<E>>) -> Vec<String> {
    let leaves = group.into_iter().flat_map(ErrorGroup::leaves);
    leaves.map(|leaf| leaf.task.to_string()).collect()
}
