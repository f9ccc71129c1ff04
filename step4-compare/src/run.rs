use step2_gather::{gather, gather_settled};
use step3_taskgroup::{ErrorNode, TaskGroup};
use tokio_util::task::TaskTracker;

use crate::recording::Recording;
use crate::{JobSpec, Mode, RunReport, Timeline};

/// One run of a list of jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What had happened when the caller got its result.
    pub at_return: RunReport,
    /// What had happened when every job had ended. With a `TaskGroup` the two are equal.
    pub settled: RunReport,
    /// When each job started and ended, and when the caller got its result.
    pub timeline: Timeline,
}

/// Runs the jobs through [`gather`]: the first failure is raised, and the other jobs run on.
///
/// Returns when the last orphan has ended. If the returned future is dropped, the jobs run on.
pub async fn run_with_gather(jobs: &[JobSpec]) -> Run {
    let recording = Recording::begin();
    let orphans = TaskTracker::new();
    let result = gather(work(jobs, &recording).map(|job| orphans.track_future(job))).await;
    recording.caller_returned();
    orphans.close();
    orphans.wait().await;
    build_run(Mode::Gather, &recording, result.err(), Vec::new())
}

/// Runs the jobs through [`gather_settled`]: nothing is raised, and the second half of the pair
/// holds each job's value or failure, in input order.
///
/// If the returned future is dropped, the jobs run on.
pub async fn run_collecting(jobs: &[JobSpec]) -> (Run, Vec<Result<String, String>>) {
    let recording = Recording::begin();
    let results = gather_settled(work(jobs, &recording)).await;
    recording.caller_returned();
    let failures = results
        .iter()
        .filter_map(|result| result.clone().err())
        .collect();
    let run = build_run(Mode::Collect, &recording, None, failures);
    (run, results)
}

/// Runs the jobs through a [`TaskGroup`]: the first failure cancels the others, and every failure
/// of that moment is in the error group.
///
/// If the returned future is dropped, the jobs are cancelled.
pub async fn run_with_taskgroup(jobs: &[JobSpec]) -> Run {
    let recording = Recording::begin();
    let result = TaskGroup::scope(async |group| {
        for job in work(jobs, &recording) {
            group.spawn(job);
        }
        Ok::<_, ErrorNode<String>>(())
    })
    .await;
    recording.caller_returned();
    let (raised, failures) = match result {
        Ok(()) => (None, Vec::new()),
        Err(errors) => {
            let failures = errors.leaves().map(|leaf| leaf.error.clone()).collect();
            (Some(errors.to_string()), failures)
        }
    };
    build_run(Mode::TaskGroup, &recording, raised, failures)
}

fn work(
    jobs: &[JobSpec],
    recording: &Recording,
) -> impl Iterator<Item = impl Future<Output = Result<String, String>> + Send + use<>> {
    let jobs = jobs.iter().cloned().enumerate();
    jobs.map(|(index, job)| job.work(index, recording.clone()))
}

fn build_run(
    mode: Mode,
    recording: &Recording,
    raised: Option<String>,
    aggregated: Vec<String>,
) -> Run {
    let events = recording.events();
    let ended = &events.ended;
    let at_return = &ended[..ended.partition_point(|(_, lane)| !lane.orphan)];
    Run {
        at_return: RunReport::new(at_return, raised.clone(), aggregated.clone()),
        settled: RunReport::new(ended, raised.clone(), aggregated),
        timeline: Timeline::new(mode, events, raised),
    }
}
