use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny};
use serde_derive::Deserialize;
use serde_json::Value;

use super::Scenario;
use crate::JobSpec;
use crate::job::{MAX_DELAY, find_duplicate_name};

/// Why a line is not a scenario. The message begins with the path to what is wrong, and is cut at
/// 200 characters.
#[derive(Debug, thiserror::Error)]
#[error("{0:.200}")]
pub struct ScenarioError(String);

/// The unread `flatten` fields make serde refuse a list in place of an object.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct ScenarioSpec {
    jobs: Vec<JobLine>,
    #[serde(flatten)]
    _unknown: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct JobLine {
    name: String,
    #[serde(rename = "delay_ms", deserialize_with = "delay")]
    delay: Duration,
    fail: Option<String>,
    #[serde(flatten)]
    _unknown: IgnoredAny,
}

fn delay<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let ms = u64::deserialize(deserializer).ok();
    ms.map(Duration::from_millis)
        .filter(|delay| *delay <= MAX_DELAY)
        .ok_or_else(|| D::Error::custom("must be an integer from 0 to 86400000"))
}

/// Parses a line such as `{"jobs":[{"name":"a","delay_ms":50,"fail":null}]}`. Unknown keys are
/// ignored. The scenario's name is empty.
///
/// # Errors
///
/// When the line is not JSON, a value is missing or of the wrong kind, a delay is longer than a day,
/// or two jobs have the same name.
pub fn parse_scenario(line: &[u8]) -> Result<Scenario, ScenarioError> {
    let value: Value = serde_json::from_slice(line).map_err(|error| not_json(&error))?;
    let spec: ScenarioSpec = serde_path_to_error::deserialize(value)
        .map_err(|error| ScenarioError(error.to_string()))?;
    let to_job = |JobLine {
                      name, delay, fail, ..
                  }| JobSpec { name, delay, fail };
    let jobs: Vec<_> = spec.jobs.into_iter().map(to_job).collect();
    if let Some(index) = find_duplicate_name(&jobs) {
        let name = &jobs[index].name;
        let problem = format!("jobs[{index}].name: another job has the name {name:?} already");
        return Err(ScenarioError(problem));
    }
    let name = String::new();
    Ok(Scenario { name, jobs })
}

/// Without `serde_json`'s line number, which counts within this one line.
fn not_json(error: &serde_json::Error) -> ScenarioError {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or(&text);
    ScenarioError(format!("not JSON: {reason} (column {})", error.column()))
}
