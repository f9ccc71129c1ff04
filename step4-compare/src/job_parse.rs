//! Jobs on a command line: `slow=50ms`, `quick=10ms:fail`, `quick=10ms:fail=boom`.

use std::time::Duration;

use crate::JobSpec;
use crate::job::{MAX_DELAY, find_duplicate_name};

/// Why a text is not a job. The message begins with the text.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JobParseError(String);

/// Parses jobs such as `slow=50ms`, `quick=10ms:fail` and `quick=10ms:fail=boom`.
///
/// A job `quick` that fails without a message of its own fails with `quick failed`.
///
/// # Errors
///
/// When a text is not a job, a time is longer than a day or not in whole milliseconds, or two jobs
/// have the same name.
pub fn parse_jobs<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<JobSpec>, JobParseError> {
    let texts: Vec<_> = texts.into_iter().collect();
    let error = |text: &str, reason: &str| JobParseError(format!("{text:?}: {reason}"));
    let jobs = texts
        .iter()
        .map(|text| parse_job(text).map_err(|reason| error(text, &reason)))
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(index) = find_duplicate_name(&jobs) {
        let reason = "another job has this name already";
        return Err(error(texts[index], reason));
    }
    Ok(jobs)
}

fn parse_job(text: &str) -> Result<JobSpec, String> {
    let form = "must be NAME=TIME, NAME=TIME:fail or NAME=TIME:fail=MESSAGE";
    let named = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, ending) = named.ok_or(form)?;
    let (time, fail) = match ending.split_once(':') {
        None => (ending, None),
        Some((time, "fail")) => (time, Some(format!("{name} failed"))),
        Some((time, fail)) => {
            let message = fail.strip_prefix("fail=").ok_or(form)?;
            (time, Some(message.to_owned()))
        }
    };
    Ok(JobSpec {
        name: name.to_owned(),
        delay: parse_delay(time)?,
        fail,
    })
}

fn parse_delay(time: &str) -> Result<Duration, String> {
    let delay = humantime::parse_duration(time)
        .map_err(|error| format!("{time:?} is not a time such as 50ms or 1s: {error}"))?;
    if delay > MAX_DELAY {
        return Err("the time must be at most a day".to_owned());
    }
    if delay.subsec_nanos() % 1_000_000 != 0 {
        return Err("the time must be in whole milliseconds".to_owned());
    }
    Ok(delay)
}
