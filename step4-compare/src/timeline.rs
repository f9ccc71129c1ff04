use serde_derive::{Deserialize, Serialize};

use crate::JobSpec;
use crate::recording::{Event, What};

/// What happened to each job of a run, and when the caller got its answer.
///
/// [`lanes`](crate::lanes) draws it for a terminal, [`svg`](crate::svg) for a projector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// The name of the scenario; may be empty.
    pub scenario: String,
    /// How the jobs were run.
    pub mode: Mode,
    /// In spawn order.
    pub jobs: Vec<JobLane>,
    /// Whoever waited for them.
    pub caller: Caller,
}

/// A way to run a list of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The first failure is raised, the other jobs run on.
    Gather,
    /// All are waited for, failures are values.
    Collect,
    /// The first failure cancels the others.
    TaskGroup,
}

/// One job of a timeline. Times are in milliseconds since the run began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobLane {
    /// The job's name.
    pub name: String,
    /// When it was first polled.
    pub start_ms: u64,
    /// When it ended, in whichever way.
    pub end_ms: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// It ended after the caller had its answer.
    pub orphan: bool,
    /// The message with which it failed.
    pub error: Option<String>,
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Its work was done.
    Completed,
    /// It returned an error.
    Failed,
    /// It was dropped before its work was done.
    Cancelled,
}

/// What the caller got, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Milliseconds since the run began.
    pub at_ms: u64,
    /// Whether it was an error.
    pub result: Answer,
    /// The error as one line.
    pub message: Option<String>,
}

/// The kinds of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// A value.
    Ok,
    /// An error.
    Err,
    /// None: the caller was stopped from outside, while it waited.
    Stopped,
}

impl Timeline {
    pub(crate) fn of(
        mode: Mode,
        events: &[Event],
        jobs: &[JobSpec],
        raised: Option<String>,
    ) -> Self {
        let mut lanes: Vec<_> = jobs
            .iter()
            .map(|job| JobLane {
                name: job.name.clone(),
                start_ms: 0,
                end_ms: 0,
                outcome: Outcome::Cancelled,
                orphan: false,
                error: None,
            })
            .collect();
        let mut answered_at = None;

        for Event { at_ms, what } in events {
            let mut end = |job: usize, outcome| {
                lanes[job].end_ms = *at_ms;
                lanes[job].outcome = outcome;
                lanes[job].orphan = answered_at.is_some();
            };
            match what {
                What::Started(job) => lanes[*job].start_ms = *at_ms,
                What::Completed(job) => end(*job, Outcome::Completed),
                What::Cancelled(job) => end(*job, Outcome::Cancelled),
                What::Failed(job, message) => {
                    end(*job, Outcome::Failed);
                    lanes[*job].error = Some(message.clone());
                }
                What::Answered => answered_at = Some(*at_ms),
            }
        }

        Self {
            scenario: String::new(),
            mode,
            jobs: lanes,
            caller: Caller {
                at_ms: answered_at.unwrap_or_default(),
                result: if raised.is_some() {
                    Answer::Err
                } else {
                    Answer::Ok
                },
                message: raised,
            },
        }
    }

    pub(crate) fn title(&self) -> String {
        match self.scenario.as_str() {
            "" => self.mode.title().to_owned(),
            scenario => format!("{scenario} · {}", self.mode.title()),
        }
    }

    /// The moment of the last event.
    pub(crate) fn end_ms(&self) -> u64 {
        self.jobs
            .iter()
            .map(|job| job.end_ms)
            .fold(self.caller.at_ms, u64::max)
    }

    /// Reads what [`to_json`](Self::to_json) writes, whoever wrote it.
    ///
    /// # Errors
    ///
    /// When it is not that, in words.
    pub fn from_json(json: &str) -> Result<Self, String> {
        let timeline: Self = serde_json::from_str(json).map_err(|error| error.to_string())?;
        match timeline.jobs.iter().find(|job| job.end_ms < job.start_ms) {
            Some(job) => Err(format!("the job {:?} ends before it starts", job.name)),
            None => Ok(timeline),
        }
    }

    /// This timeline as one line of JSON.
    ///
    /// # Panics
    ///
    /// Never: there is nothing in a timeline that JSON cannot hold.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("text and numbers")
    }
}

impl Mode {
    fn title(self) -> &'static str {
        match self {
            Self::Gather => "gather",
            Self::Collect => "gather, collecting",
            Self::TaskGroup => "TaskGroup",
        }
    }
}

impl JobLane {
    /// How the job ended, in words.
    pub(crate) fn ending(&self) -> String {
        let ending = match (self.outcome, &self.error) {
            (Outcome::Completed, _) => "completed",
            (Outcome::Cancelled, _) => "cancelled",
            (Outcome::Failed, Some(message)) => message,
            (Outcome::Failed, None) => "failed",
        };
        let unheard = if self.orphan { ", nobody heard" } else { "" };
        format!("{ending}{unheard}")
    }
}

impl Caller {
    /// What the caller got, in words.
    pub(crate) fn answer(&self) -> String {
        match (self.result, &self.message) {
            (Answer::Ok, _) => "Ok".to_owned(),
            (Answer::Err, message) => format!("Err({})", message.as_deref().unwrap_or_default()),
            (Answer::Stopped, _) => "stopped".to_owned(),
        }
    }
}
