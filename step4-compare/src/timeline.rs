use serde_derive::{Deserialize, Serialize};

use crate::recording::Events;

/// When each job of a run started and ended, and when the caller got its result.
///
/// [`render_text`](crate::render_text) draws timelines for a terminal,
/// [`render_svg`](crate::render_svg) for a projector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// The name of the scenario; may be empty.
    pub scenario: String,
    /// How the jobs were run.
    pub mode: Mode,
    /// The jobs, in spawn order.
    pub jobs: Vec<JobLane>,
    /// The task that ran the jobs and got their result.
    pub caller: Caller,
}

/// A way to run a list of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The first failure is raised, and the other jobs run on.
    Gather,
    /// Every job is waited for, and failures are values.
    Collect,
    /// The first failure cancels the other jobs.
    TaskGroup,
}

/// One job of a timeline. Times are in milliseconds since the run began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobLane {
    /// The job's name.
    pub name: String,
    /// When the job was first polled.
    pub start_ms: u64,
    /// When the job completed, failed or was cancelled.
    pub end_ms: u64,
    /// How the job ended.
    pub outcome: Outcome,
    /// Whether the job ended after the caller had its result.
    pub orphan: bool,
    /// The message with which the job failed.
    pub error: Option<String>,
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The job did its work.
    Completed,
    /// The job returned an error.
    Failed,
    /// The job was dropped before its work was done.
    Cancelled,
}

/// What the caller got, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Milliseconds since the run began.
    pub at_ms: u64,
    /// Whether the result was an error.
    pub result: CallerResult,
    /// The error as one line.
    pub message: Option<String>,
}

/// The two kinds of result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallerResult {
    /// A value.
    Ok,
    /// An error.
    Err,
}

impl Timeline {
    pub(crate) fn new(mode: Mode, events: Events, raised: Option<String>) -> Self {
        let mut ended = events.ended;
        ended.sort_unstable_by_key(|(index, _)| *index);
        let result = match raised {
            None => CallerResult::Ok,
            Some(_) => CallerResult::Err,
        };
        Self {
            scenario: String::new(),
            mode,
            jobs: ended.into_iter().map(|(_, lane)| lane).collect(),
            caller: Caller {
                at_ms: events.caller_at_ms.unwrap_or_default(),
                result,
                message: raised,
            },
        }
    }

    /// The moment of the last event.
    pub(crate) fn end_ms(&self) -> u64 {
        let ends = self.jobs.iter().map(|job| job.end_ms);
        ends.fold(self.caller.at_ms, u64::max)
    }

    /// Reads a line that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    ///
    /// A message that says what is wrong: the line is not a timeline, or a job in it ends before
    /// it starts.
    pub fn from_json(json: &str) -> Result<Self, String> {
        let timeline: Self = serde_json::from_str(json).map_err(|error| error.to_string())?;
        match timeline.jobs.iter().find(|job| job.end_ms < job.start_ms) {
            Some(job) => Err(format!("the job {:?} ends before it starts", job.name)),
            None => Ok(timeline),
        }
    }

    /// This timeline as one line of JSON.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "JSON can hold every timeline")]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("text, numbers and flags")
    }
}

impl Mode {
    pub(crate) fn title(self) -> &'static str {
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

    /// Until when the caller waited for the job. The rest of the lane is drawn thin.
    pub(crate) fn awaited_until_ms(&self, caller: &Caller) -> u64 {
        caller.at_ms.clamp(self.start_ms, self.end_ms)
    }
}

impl Caller {
    /// The result, in words.
    pub(crate) fn result_text(&self) -> String {
        match self.result {
            CallerResult::Ok => "Ok".to_owned(),
            CallerResult::Err => format!("Err({})", self.message.as_deref().unwrap_or_default()),
        }
    }
}
