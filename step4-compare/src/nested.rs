//! What a list of jobs cannot say: groups within groups, a body that works, a stop from outside.
//!
//! Only scenario lines can ask for it. The lesson's own jobs go through `run.rs`.

use std::pin::Pin;
use std::time::Duration;

use serde_json::Value;
use step2_gather::{gather, gather_settled};
use step3_taskgroup::{ErrorGroup, ErrorNode, TaskGroup};
use tokio::time::sleep;
use tokio_util::task::TaskTracker;

use crate::recording::Recording;
use crate::run::conclude;
use crate::{Answer, JobSpec, Line, Mode, Run};

/// Jobs, and groups of jobs, that a task group runs.
#[derive(Clone, Debug)]
pub struct Group {
    pub members: Vec<Member>,
    pub body: Option<Body>,
}

#[derive(Clone, Debug)]
pub enum Member {
    /// The index counts the jobs of the whole line, in the order in which they stand there.
    Job { index: usize, job: JobSpec },
    /// A task group of its own, in every mode.
    Group { name: String, group: Group },
}

/// What the body of a group does once it has spawned its jobs: it sleeps, then fails or returns.
#[derive(Clone, Debug)]
pub struct Body {
    pub at: Duration,
    pub fail: Option<String>,
}

/// A run of a line, and what only such a run can report.
pub struct LineRun {
    pub run: Run,
    /// The stop came while the caller still waited.
    pub stopped: bool,
    /// The jobs that had not ended when the caller had its answer, in spawn order.
    pub unfinished: Vec<String>,
}

/// The first failure is raised. When the caller is stopped, the jobs run on, as orphans.
pub async fn run_with_gather(line: &Line) -> LineRun {
    let recording = Recording::new();
    let orphans = TaskTracker::new();
    let work = gather(work(line, &recording).map(|job| orphans.track_future(job)));
    let result = until(line.stop, work).await;
    recording.answered();
    orphans.close();
    orphans.wait().await;

    let stopped = result.is_none();
    let raised = result.and_then(Result::err);
    report(Mode::Gather, line, &recording, stopped, raised, Vec::new())
}

/// All are waited for, failures are values. A caller that is stopped has no results.
pub async fn run_collecting(line: &Line) -> (LineRun, Vec<Result<String, String>>) {
    let recording = Recording::new();
    let orphans = TaskTracker::new();
    let work = gather_settled(work(line, &recording).map(|job| orphans.track_future(job)));
    let results = until(line.stop, work).await;
    recording.answered();
    orphans.close();
    orphans.wait().await;

    let stopped = results.is_none();
    let results = results.unwrap_or_default();
    let failures = results.iter().filter_map(|result| result.clone().err());
    let failures = failures.collect();
    let run = report(Mode::Collect, line, &recording, stopped, None, failures);
    (run, results)
}

/// The first failure cancels the others, and so does the stop. The second half of the pair is
/// what is in the group, each group within it as a list.
pub async fn run_with_taskgroup(line: &Line) -> (LineRun, Value) {
    let recording = Recording::new();
    let group = line.group.clone();
    let body = async |scope| group.body(scope, recording.clone()).await;
    let result = match line.stop {
        None => TaskGroup::scope(body).await.map(Some),
        Some(stop) => TaskGroup::scope_until(sleep(stop), body).await,
    };
    recording.answered();

    let stopped = matches!(result, Ok(None));
    let errors = result.err();
    let failures = errors.iter().flat_map(ErrorGroup::leaves);
    let failures = failures.map(|leaf| leaf.error.clone()).collect();
    let raised = errors.as_ref().map(ToString::to_string);
    let run = report(Mode::TaskGroup, line, &recording, stopped, raised, failures);
    (run, errors.as_ref().map_or(Value::Null, shape))
}

impl Group {
    /// Everything that is no group, in the order of the line.
    pub fn jobs(&self) -> Vec<JobSpec> {
        let jobs = self.members.iter().flat_map(|member| match member {
            Member::Job { job, .. } => vec![job.clone()],
            Member::Group { group, .. } => group.jobs(),
        });
        jobs.collect()
    }

    async fn body(
        &self,
        scope: TaskGroup<String>,
        recording: Recording,
    ) -> Result<(), ErrorNode<String>> {
        for member in self.members.clone() {
            let recording = recording.clone();
            match member {
                Member::Job { index, job } => drop(scope.spawn(job.work(index, recording))),
                Member::Group { group, .. } => drop(scope.spawn_group(group.scope(recording))),
            }
        }
        let Some(Body { at, fail }) = self.body.clone() else {
            return Ok(());
        };
        sleep(at).await;
        fail.map_or(Ok(()), |message| Err(message.into()))
    }

    fn scope(
        self,
        recording: Recording,
    ) -> Pin<Box<dyn Future<Output = Result<(), ErrorGroup<String>>> + Send>> {
        Box::pin(TaskGroup::scope(move |scope| async move {
            self.body(scope, recording).await
        }))
    }
}

/// The outermost group's members as the jobs of a gather. It has no body there.
fn work(
    line: &Line,
    recording: &Recording,
) -> impl Iterator<Item = impl Future<Output = Result<String, String>> + Send + use<>> {
    let recording = recording.clone();
    line.group.members.clone().into_iter().map(move |member| {
        let recording = recording.clone();
        async move {
            match member {
                Member::Job { index, job } => job.work(index, recording).await,
                Member::Group { name, group } => match group.scope(recording).await {
                    Ok(()) => Ok(name),
                    Err(errors) => Err(errors.to_string()),
                },
            }
        }
    })
}

/// Drops `work` when `stop` has come.
async fn until<T>(stop: Option<Duration>, work: impl Future<Output = T>) -> Option<T> {
    let Some(stop) = stop else {
        return Some(work.await);
    };
    tokio::select! {
        biased;
        output = work => Some(output),
        () = sleep(stop) => None,
    }
}

fn report(
    mode: Mode,
    line: &Line,
    recording: &Recording,
    stopped: bool,
    raised: Option<String>,
    aggregated: Vec<String>,
) -> LineRun {
    let jobs = line.group.jobs();
    let mut run = conclude(mode, &jobs, recording, raised, aggregated);
    if stopped {
        run.timeline.caller.result = Answer::Stopped;
    }
    let unfinished = run.timeline.jobs.iter().filter(|job| job.orphan);
    let unfinished = unfinished.map(|job| job.name.clone()).collect();
    LineRun {
        run,
        stopped,
        unfinished,
    }
}

fn shape(errors: &ErrorGroup<String>) -> Value {
    let nodes = errors.nodes().iter().map(|node| match node {
        ErrorNode::Leaf(leaf) => Value::from(leaf.error.clone()),
        ErrorNode::Group(group) => shape(group),
    });
    nodes.collect()
}
