//! A scenario as a line of JSON, and what is wrong with a line that is none.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;

use crate::nested::{self, Body, Group, Member};
use crate::{JobSpec, Scenario, Timeline, on_virtual_time};

/// What a line asks for: jobs, and perhaps more than a list of jobs can say.
#[derive(Clone, Debug)]
pub struct Line {
    pub(crate) group: Group,
    /// When the caller is stopped from outside, if it still waits then.
    pub(crate) stop: Option<Duration>,
}

impl Line {
    /// The jobs, if the line asks for nothing more.
    pub(crate) fn only_jobs(&self) -> Option<Vec<JobSpec>> {
        let is_job = |member: &Member| matches!(member, Member::Job { .. });
        let plain = self.stop.is_none()
            && self.group.body.is_none()
            && self.group.members.iter().all(is_job);
        plain.then(|| self.group.jobs())
    }

    /// Runs what the line asks for in each [`Mode`](crate::Mode), on virtual time.
    #[must_use]
    pub fn play(&self) -> [Timeline; 3] {
        if let Some(jobs) = self.only_jobs() {
            let name = String::new();
            return Scenario { name, jobs }.play();
        }
        let line = self.clone();
        on_virtual_time(async move {
            [
                nested::run_with_gather(&line).await.run.timeline,
                nested::run_collecting(&line).await.0.run.timeline,
                nested::run_with_taskgroup(&line).await.0.run.timeline,
            ]
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
    #[error("{place}.name: {name:?} is the name of another job already")]
    DuplicateName {
        /// The path to the second one.
        place: String,
        /// The name.
        name: String,
    },
    /// A job that is a group says when it ends, or how. That is for its own jobs to say.
    #[error("{place}.{key}: a job that has jobs of its own has no {key}; its body may fail")]
    JobAndGroup {
        /// The path to the job.
        place: String,
        /// `delay_ms` or `fail`.
        key: &'static str,
    },
}

const LONGEST_DELAY_MS: u64 = 86_400_000;

/// Reads a line such as `{"jobs":[{"name":"a","delay_ms":50,"fail":null}]}`. The lesson's page
/// describes the keys that may be added. Unknown ones are ignored.
///
/// # Errors
///
/// When the line is not JSON, a value is missing or not of its kind, a delay is over a day, or
/// two jobs have one name.
pub fn parse_line(line: &[u8]) -> Result<Line, ScenarioError> {
    let value: Value = serde_json::from_slice(line).map_err(|error| not_json(&error))?;
    let group = Reader::default().group(&value, "")?;
    let stop = match value.get("stop_ms") {
        None | Some(Value::Null) => None,
        Some(_) => Some(milliseconds(&value, "", "stop_ms")?),
    };
    Ok(Line { group, stop })
}

/// What was read so far of a line.
#[derive(Default)]
struct Reader<'a> {
    names: HashSet<&'a str>,
    jobs: usize,
}

impl<'a> Reader<'a> {
    fn group(&mut self, value: &'a Value, place: &str) -> Result<Group, ScenarioError> {
        let jobs = field(value, place, "jobs", "a list of jobs", Value::as_array)?;
        let members = jobs.iter().enumerate().map(|(index, job)| {
            let place = format!("{}[{index}]", path(place, "jobs"));
            self.member(job, &place)
        });
        let members = members.collect::<Result<_, _>>()?;
        let body = match value.get("body") {
            None | Some(Value::Null) => None,
            Some(body) => {
                let place = path(place, "body");
                Some(Body {
                    at: milliseconds(body, &place, "at_ms")?,
                    fail: fail(body, &place)?,
                })
            }
        };
        Ok(Group { members, body })
    }

    fn member(&mut self, value: &'a Value, place: &str) -> Result<Member, ScenarioError> {
        let name = field(value, place, "name", "text", Value::as_str)?;
        let has = |key| value.get(key).is_some_and(|value| !value.is_null());
        let member = if has("jobs") {
            for key in ["delay_ms", "fail"] {
                if has(key) {
                    let place = place.to_owned();
                    return Err(ScenarioError::JobAndGroup { place, key });
                }
            }
            Member::Group {
                name: name.to_owned(),
                group: self.group(value, place)?,
            }
        } else {
            let job = JobSpec {
                name: name.to_owned(),
                delay: milliseconds(value, place, "delay_ms")?,
                fail: fail(value, place)?,
            };
            let index = self.jobs;
            self.jobs += 1;
            Member::Job { index, job }
        };
        if self.names.insert(name) {
            return Ok(member);
        }
        Err(ScenarioError::DuplicateName {
            place: place.to_owned(),
            name: name.to_owned(),
        })
    }
}

fn milliseconds(object: &Value, place: &str, key: &str) -> Result<Duration, ScenarioError> {
    let expected = "an integer from 0 to 86400000";
    let read = |value: &Value| value.as_u64().filter(|delay| *delay <= LONGEST_DELAY_MS);
    field(object, place, key, expected, read).map(Duration::from_millis)
}

fn fail(object: &Value, place: &str) -> Result<Option<String>, ScenarioError> {
    match object.get("fail") {
        None | Some(Value::Null) => Ok(None),
        Some(_) => {
            let message = field(object, place, "fail", "null or text", Value::as_str)?;
            Ok(Some(message.to_owned()))
        }
    }
}

fn path(place: &str, key: &str) -> String {
    let separator = if place.is_empty() { "" } else { "." };
    format!("{place}{separator}{key}")
}

fn field<'a, T>(
    object: &'a Value,
    place: &str,
    key: &str,
    expected: &'static str,
    read: impl FnOnce(&'a Value) -> Option<T>,
) -> Result<T, ScenarioError> {
    let unexpected = |place: String, expected, value: Option<&Value>| {
        let found = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
        // JSON escapes some of them, and not all.
        let mut found = found.replace(char::is_control, "\u{FFFD}");
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
    let value = object.get(key);
    value
        .and_then(read)
        .ok_or_else(|| unexpected(path(place, key), expected, value))
}

/// `serde_json` counts lines within what it is given; here that is always one.
fn not_json(error: &serde_json::Error) -> ScenarioError {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or(&text);
    ScenarioError::NotJson(format!("{reason} (column {})", error.column()))
}
