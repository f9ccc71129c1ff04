use step2_gather::{gather, gather_settled};
use step3_taskgroup::{ErrorNode, TaskGroup};
use tokio::runtime::Builder;
use tokio_util::task::TaskTracker;

use crate::recording::{Recording, What};
use crate::{JobSpec, Mode, RunReport, Timeline};

/// What one run of a list of jobs came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// As the caller saw it, when it got its answer.
    pub at_return: RunReport,
    /// Once every job had ended. Under a `TaskGroup` that is the same.
    pub settled: RunReport,
    /// Who did what, and when.
    pub timeline: Timeline,
}

/// Runs the jobs through [`gather`]: the first failure is raised, and the others run on.
///
/// Returns when the last orphan has ended; nobody has to guess how long to sleep.
pub async fn run_with_gather(jobs: &[JobSpec]) -> Run {
    let recording = Recording::new();
    let orphans = TaskTracker::new();
    let result = gather(work(jobs, &recording).map(|job| orphans.track_future(job))).await;
    recording.answered();
    orphans.close();
    orphans.wait().await;
    conclude(Mode::Gather, jobs, &recording, result.err(), Vec::new())
}

/// Runs the jobs through [`gather_settled`]: nothing is raised, and each job's value or failure
/// stands in its place in the second half of the pair.
pub async fn run_collecting(jobs: &[JobSpec]) -> (Run, Vec<Result<String, String>>) {
    let recording = Recording::new();
    let results = gather_settled(work(jobs, &recording)).await;
    recording.answered();
    let failures = results
        .iter()
        .filter_map(|result| result.clone().err())
        .collect();
    (
        conclude(Mode::Collect, jobs, &recording, None, failures),
        results,
    )
}

/// Runs the jobs through a [`TaskGroup`]: the first failure cancels the others, and every failure
/// of that moment is in the group.
pub async fn run_with_taskgroup(jobs: &[JobSpec]) -> Run {
    let recording = Recording::new();
    let result = TaskGroup::scope(async |group| {
        for job in work(jobs, &recording) {
            group.spawn(job);
        }
        Ok::<_, ErrorNode<String>>(())
    })
    .await;
    recording.answered();
    let (raised, failures) = match result {
        Ok(()) => (None, Vec::new()),
        Err(errors) => {
            let failures = errors.leaves().map(|leaf| leaf.error.clone()).collect();
            (Some(errors.to_string()), failures)
        }
    };
    conclude(Mode::TaskGroup, jobs, &recording, raised, failures)
}

fn work(
    jobs: &[JobSpec],
    recording: &Recording,
) -> impl Iterator<Item = impl Future<Output = Result<String, String>> + Send + use<>> {
    let jobs: Vec<_> = jobs.to_vec();
    let recording = recording.clone();
    jobs.into_iter()
        .enumerate()
        .map(move |(index, job)| job.work(index, recording.clone()))
}

pub(crate) fn conclude(
    mode: Mode,
    jobs: &[JobSpec],
    recording: &Recording,
    raised: Option<String>,
    aggregated: Vec<String>,
) -> Run {
    let events = recording.events();
    let seen = events
        .iter()
        .take_while(|event| !matches!(event.what, What::Answered));
    Run {
        at_return: RunReport::of(seen, jobs, raised.clone(), aggregated.clone()),
        settled: RunReport::of(&events, jobs, raised.clone(), aggregated),
        timeline: Timeline::of(mode, &events, jobs, raised),
    }
}

/// Runs `work` on one thread and on virtual time: a sleep takes no time, and the same work does
/// the same in each run.
///
/// `work` must not use sockets. To a paused clock, waiting for one looks like having nothing to
/// do, and it moves on to the next timeout.
///
/// # Panics
///
/// When `work` panics; when called within another runtime; when the system refuses a runtime.
pub fn on_virtual_time<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without sockets needs nothing that could be refused");
    // As a task among tasks, `work` waits for its turn. What `block_on` is given directly may be
    // polled in between, and in a crowd see half of what happened in a tick.
    match runtime.block_on(runtime.spawn(work)) {
        Ok(output) => output,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
