//! A job as one types it: `slow=50ms`, `quick=10ms:fail`, `quick=10ms:fail=boom`.

use std::collections::HashSet;
use std::time::Duration;

use crate::JobSpec;

/// Why a text is not a job.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JobTextError {
    /// A part is missing, or is not what should stand there.
    #[error("{text:?} is not a job: expected NAME=TIME, NAME=TIME:fail or NAME=TIME:fail=MESSAGE")]
    Shape {
        /// The whole text.
        text: String,
    },
    /// The time cannot be read.
    #[error("{text:?}: {time:?} is not a time such as 50ms or 1s: {reason}")]
    Time {
        /// The whole text.
        text: String,
        /// What stands where a time should.
        time: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Two jobs have the same name.
    #[error("{text:?}: {name:?} is the name of another job already")]
    DuplicateName {
        /// The second one.
        text: String,
        /// The name.
        name: String,
    },
}

const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads jobs such as `slow=50ms`, `quick=10ms:fail` and `quick=10ms:fail=boom`, in spawn order.
///
/// A job that fails without a message says that it did: `quick failed`.
///
/// # Errors
///
/// When a text is not that, a time is not in whole milliseconds or is over a day, or two jobs have
/// one name.
pub fn parse_jobs<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<JobSpec>, JobTextError> {
    let mut names = HashSet::new();
    texts
        .into_iter()
        .map(|text| {
            let job = job(text)?;
            if names.insert(job.name.clone()) {
                return Ok(job);
            }
            Err(JobTextError::DuplicateName {
                text: text.to_owned(),
                name: job.name,
            })
        })
        .collect()
}

fn job(text: &str) -> Result<JobSpec, JobTextError> {
    let shape = || JobTextError::Shape {
        text: text.to_owned(),
    };
    let (name, ending) = text.split_once('=').ok_or_else(shape)?;
    let (time, fail) = match ending.split_once(':') {
        None => (ending, None),
        Some((time, "fail")) => (time, Some(format!("{name} failed"))),
        Some((time, fail)) => {
            let message = fail.strip_prefix("fail=").ok_or_else(shape)?;
            (time, Some(message.to_owned()))
        }
    };
    if name.is_empty() {
        return Err(shape());
    }
    let delay = delay(time).map_err(|reason| JobTextError::Time {
        text: text.to_owned(),
        time: time.to_owned(),
        reason,
    })?;
    Ok(JobSpec {
        name: name.to_owned(),
        delay,
        fail,
    })
}

fn delay(time: &str) -> Result<Duration, String> {
    let delay = humantime::parse_duration(time).map_err(|error| error.to_string())?;
    if delay > LONGEST {
        return Err("it is over a day".to_owned());
    }
    if delay.subsec_nanos() % 1_000_000 != 0 {
        return Err("there is nothing shorter than a millisecond".to_owned());
    }
    Ok(delay)
}
