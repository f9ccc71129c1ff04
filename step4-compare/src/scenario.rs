use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;

use crate::{
    JobSpec, Timeline, on_virtual_time, run_collecting, run_with_gather, run_with_taskgroup,
};

/// A list of jobs with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// In spawn order.
    pub jobs: Vec<JobSpec>,
}

impl Scenario {
    /// The scenarios that the lesson shows.
    #[must_use]
    pub fn built_in() -> Vec<Self> {
        let scenario = |name: &str, jobs: &[JobSpec]| Self {
            name: name.to_owned(),
            jobs: jobs.to_vec(),
        };
        vec![
            scenario(
                "two-jobs",
                &[
                    JobSpec::completes("slow_ok", 50),
                    JobSpec::fails("quick_fail", 10, "boom"),
                ],
            ),
            scenario(
                "three-fetches",
                &[
                    JobSpec::completes("A", 500),
                    JobSpec::fails("B", 1000, "B blew up"),
                    JobSpec::completes("C", 2000),
                ],
            ),
            scenario(
                "same-tick",
                &[
                    JobSpec::completes("early", 10),
                    JobSpec::fails("first", 20, "disk full"),
                    JobSpec::fails("second", 20, "no route"),
                    JobSpec::completes("tied", 20),
                    JobSpec::fails("later", 30, "too late"),
                    JobSpec::completes("slow", 40),
                ],
            ),
        ]
    }

    /// Runs the jobs in each [`Mode`](crate::Mode), on virtual time.
    #[must_use]
    pub fn play(&self) -> [Timeline; 3] {
        let jobs = self.jobs.clone();
        let timelines = on_virtual_time(async move {
            [
                run_with_gather(&jobs).await.timeline,
                run_collecting(&jobs).await.0.timeline,
                run_with_taskgroup(&jobs).await.timeline,
            ]
        });
        timelines.map(|timeline| Timeline {
            scenario: self.name.clone(),
            ..timeline
        })
    }
}

/// Why a line is not a scenario: where in it, and what was expected there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The line is not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// A value is missing or not of its kind.
    #[error("{place}: expected {expected}, found {found}")]
    Unexpected {
        /// The path to the value.
        place: String,
        /// What should be there.
        expected: &'static str,
        /// What is there, shortened.
        found: String,
    },
    /// Two jobs have the same name.
    #[error("jobs[{index}].name: {name:?} is the name of another job already")]
    DuplicateName {
        /// The place of the second one.
        index: usize,
        /// The name.
        name: String,
    },
}

const LONGEST_DELAY_MS: u64 = 86_400_000;

/// Reads the jobs of a scenario from a line of JSON, such as
/// `{"jobs":[{"name":"a","delay_ms":50,"fail":null}]}`. Unknown keys are ignored.
///
/// # Errors
///
/// When the line is not JSON, a value is missing or not of its kind, a delay is over a day, or
/// two jobs have one name.
pub fn parse_jobs(line: &[u8]) -> Result<Vec<JobSpec>, ScenarioError> {
    let value: Value = serde_json::from_slice(line).map_err(|error| not_json(&error))?;
    let jobs = field(&value, "", "jobs", "a list of jobs", Value::as_array)?;

    let mut names = HashSet::new();
    let mut specs = Vec::with_capacity(jobs.len());
    for (index, job) in jobs.iter().enumerate() {
        let place = format!("jobs[{index}]");
        let name = field(job, &place, "name", "text", Value::as_str)?;
        let delay = field(
            job,
            &place,
            "delay_ms",
            "an integer from 0 to 86400000",
            |value| value.as_u64().filter(|delay| *delay <= LONGEST_DELAY_MS),
        )?;
        let fail = match job.get("fail") {
            None | Some(Value::Null) => None,
            Some(_) => Some(field(job, &place, "fail", "null or text", Value::as_str)?.to_owned()),
        };
        if !names.insert(name) {
            return Err(ScenarioError::DuplicateName {
                index,
                name: name.to_owned(),
            });
        }
        specs.push(JobSpec {
            name: name.to_owned(),
            delay: Duration::from_millis(delay),
            fail,
        });
    }
    Ok(specs)
}

fn field<'a, T>(
    object: &'a Value,
    place: &str,
    key: &str,
    expected: &'static str,
    read: impl FnOnce(&'a Value) -> Option<T>,
) -> Result<T, ScenarioError> {
    let unexpected = |place: String, expected, value: Option<&Value>| {
        let mut found = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
        if found.chars().count() > 40 {
            found = found.chars().take(39).chain(['…']).collect();
        }
        ScenarioError::Unexpected {
            place,
            expected,
            found,
        }
    };
    if !object.is_object() {
        let place = if place.is_empty() { "the line" } else { place };
        return Err(unexpected(place.to_owned(), "an object", Some(object)));
    }
    let separator = if place.is_empty() { "" } else { "." };
    let value = object.get(key);
    value
        .and_then(read)
        .ok_or_else(|| unexpected(format!("{place}{separator}{key}"), expected, value))
}

/// `serde_json` counts lines within what it is given; here that is always one.
fn not_json(error: &serde_json::Error) -> ScenarioError {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or(&text);
    ScenarioError::NotJson(format!("{reason} (column {})", error.column()))
}
