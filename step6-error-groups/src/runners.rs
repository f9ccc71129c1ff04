//! The same jobs, and three ways to keep what can be kept.

use std::sync::{Arc, OnceLock};

use step3_taskgroup::{ErrorGroup, TaskGroup};

use crate::{
    BoxError, Except, FatalError, PartialJob, PartialReport, TolerableError, split_tolerable,
};

/// Runs every job as a child that fails as the job fails, and routes what failed with [`Except`].
///
/// **The first failure cancels the siblings, a tolerable one too**: the group cannot know that it
/// was tolerable. They are in [`cancelled`](PartialReport::cancelled). That is the article's form,
/// and it does not keep its promise; [`run_keeping_tolerable`] does.
///
/// The second half of the pair is what is neither tolerable nor fatal, in shape; these jobs are in
/// no bucket. Python raises it, and the report is lost.
pub async fn run_with_except_star(
    jobs: &[PartialJob],
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let (mut report, failed) = run_jobs(jobs, |_| false).await;
    let rest = failed.and_then(|failed| {
        Except::new(failed)
            .handle::<TolerableError>(|group| {
                report.tolerated = tasks_of(Some(&group));
                Ok(())
            })
            .handle::<FatalError>(|group| {
                report.fatal = tasks_of(Some(&group));
                Ok(())
            })
            .reraise()
            .err()
    });
    (report, rest)
}

/// Runs the jobs in the same way, and gives back what is not tolerable beside the report, for the
/// caller to raise or not.
///
/// The article calls this and [`run_with_except_star`] equivalent. But an error that nobody has
/// classified is here filed under `fatal`, and a fatal one is given back too: there its handler
/// has taken it.
pub async fn collect_with_selective_reraise(
    jobs: &[PartialJob],
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let (mut report, failed) = run_jobs(jobs, |_| false).await;
    let (tolerable, rest) = failed.map_or((None, None), split_tolerable);
    report.tolerated = tasks_of(tolerable.as_ref());
    report.fatal = tasks_of(rest.as_ref());
    (report, rest)
}

/// Runs every job as a child for which **a tolerable failure is a value**: the child records it and
/// succeeds. Only another failure cancels the siblings.
///
/// The second half of the pair is what was fatal or unclassified.
pub async fn run_keeping_tolerable(
    jobs: &[PartialJob],
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let (mut report, failed) = run_jobs(jobs, |error| error.is::<TolerableError>()).await;
    report.fatal = tasks_of(failed.as_ref());
    (report, failed)
}

/// How a job ended, as far as the child can tell.
enum Ending {
    Succeeded,
    Tolerated,
    Failed,
}

/// Runs every job as a child, which fails as the job fails, unless the failure is one that it
/// tolerates.
///
/// Who failed is in the group, and not in the report: to sort the failures is the caller's part.
async fn run_jobs(
    jobs: &[PartialJob],
    tolerates: fn(&BoxError) -> bool,
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    // One that stays empty: its job was cut off, or refused by the group.
    let endings: Vec<_> = jobs.iter().map(|_| Arc::new(OnceLock::new())).collect();
    let result = TaskGroup::scope(async |group| {
        for (job, ending) in jobs.iter().cloned().zip(&endings) {
            let ending = Arc::clone(ending);
            group.spawn_named(job.name(), async move {
                let (how, result) = match job.run().await {
                    Ok(()) => (Ending::Succeeded, Ok(())),
                    Err(error) if tolerates(&error) => (Ending::Tolerated, Ok(())),
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

/// The tasks whose failures are in `group`, in its order.
fn tasks_of<E>(group: Option<&ErrorGroup<E>>) -> Vec<String> {
    let leaves = group.into_iter().flat_map(ErrorGroup::leaves);
    leaves.map(|leaf| leaf.task.to_string()).collect()
}
