//! The same jobs, and three ways to keep what can be kept.

use std::sync::{Arc, Mutex, PoisonError};

use step3_taskgroup::{ErrorGroup, Leaf, TaskGroup, TaskName};

use crate::{
    BoxError, Except, FatalError, PartialJob, PartialReport, TolerableError, split_tolerable,
};

/// Runs every job as a child that fails as the job fails, and routes what failed with [`Except`].
///
/// **The first failure cancels the siblings, a tolerable one too**: the group cannot know that it
/// was tolerable. They are in [`cancelled`](PartialReport::cancelled). That is the article's form,
/// and it does not keep its promise; [`run_keeping_tolerable`] does.
///
/// The second half of the pair is what is neither tolerable nor fatal, in shape. Python raises it, and
/// the report is lost.
pub async fn run_with_except_star(
    jobs: &[PartialJob],
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let (mut report, failed) = run_all(jobs).await;
    let rest = failed.and_then(|failed| {
        Except::new(failed)
            .handle::<TolerableError>(|group| {
                report.tolerated = names_of(&group, jobs);
                Ok(())
            })
            .handle::<FatalError>(|group| {
                report.fatal = names_of(&group, jobs);
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
/// Where [`run_with_except_star`] raises an error that nobody has classified, this one files it under
/// `fatal`. The article calls the two equivalent; they are, but for that.
pub async fn collect_with_selective_reraise(
    jobs: &[PartialJob],
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let (mut report, failed) = run_all(jobs).await;
    let (tolerable, rest) = failed.map_or((None, None), split_tolerable);
    report
        .tolerated
        .extend(tolerable.iter().flat_map(|group| names_of(group, jobs)));
    report
        .fatal
        .extend(rest.iter().flat_map(|group| names_of(group, jobs)));
    (report, rest)
}

/// Runs every job as a child for which **a tolerable failure is a value**: the child records it and
/// succeeds. Only another failure cancels the siblings.
///
/// The second half of the pair is what was fatal or unclassified.
pub async fn run_keeping_tolerable(
    jobs: &[PartialJob],
) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let report = Shared::default();
    let result = TaskGroup::scope(async |group| {
        for job in jobs.iter().cloned() {
            let (report, name) = (report.clone(), job.name());
            group.spawn_named(name, async move {
                match job.run().await {
                    Ok(()) => report.edit(|report| report.succeeded.push(name)),
                    Err(error) if error.is::<TolerableError>() => {
                        report.edit(|report| report.tolerated.push(name));
                    }
                    Err(error) => return Err(error),
                }
                Ok(())
            });
        }
        Ok(())
    })
    .await;

    let mut report = report.take();
    let failed = result.err();
    report
        .fatal
        .extend(failed.iter().flat_map(|group| names_of(group, jobs)));
    let ended = [&report.succeeded[..], &report.tolerated, &report.fatal].concat();
    report.cancelled = others(&ended, jobs);
    (report, failed)
}

/// Runs every job as a child that fails as the job fails.
async fn run_all(jobs: &[PartialJob]) -> (PartialReport, Option<ErrorGroup<BoxError>>) {
    let report = Shared::default();
    let result = TaskGroup::scope(async |group| {
        for job in jobs.iter().cloned() {
            let (report, name) = (report.clone(), job.name());
            group.spawn_named(name, async move {
                job.run().await?;
                report.edit(|report| report.succeeded.push(name));
                Ok(())
            });
        }
        Ok(())
    })
    .await;

    let mut report = report.take();
    let failed = result.err();
    let mut ended = report.succeeded.clone();
    ended.extend(failed.iter().flat_map(|group| names_of(group, jobs)));
    report.cancelled = others(&ended, jobs);
    (report, failed)
}

/// The jobs whose failures are in `group`, in its order.
fn names_of<E>(group: &ErrorGroup<E>, jobs: &[PartialJob]) -> Vec<&'static str> {
    let name = |leaf: &Leaf<E>| match &leaf.task {
        TaskName::Named(name) => jobs
            .iter()
            .map(PartialJob::name)
            .find(|job| **job == **name),
        TaskName::Body | TaskName::Index(_) => None,
    };
    group.leaves().filter_map(name).collect()
}

/// The jobs that did not come to an end of their own: they were cut off.
fn others(ended: &[&str], jobs: &[PartialJob]) -> Vec<&'static str> {
    jobs.iter()
        .map(PartialJob::name)
        .filter(|name| !ended.contains(name))
        .collect()
}

/// A report that the children write into while they run.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<PartialReport>>);

impl Shared {
    fn edit<T>(&self, edit: impl FnOnce(&mut PartialReport) -> T) -> T {
        edit(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self) -> PartialReport {
        self.edit(std::mem::take)
    }
}
