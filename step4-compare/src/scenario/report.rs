use std::io::{self, BufRead, Write};

use serde_derive::Serialize;

use super::parse_scenario;
use crate::{
    JobSpec, RunReport, on_virtual_time, run_collecting, run_with_gather, run_with_taskgroup,
};

/// Answers scenarios: one JSON object a line in `input`, one a line in `output`, each written and
/// flushed at once. Blank lines are passed over.
///
/// A line that is not a scenario has no answer and gets `line N: what is wrong` in `problems`; the
/// lines after it are answered. If `input` cannot be read any further, `problems` says so.
/// Returns whether there were no problems.
///
/// # Errors
///
/// When `output` or `problems` cannot be written.
pub fn answer_scenarios(
    input: impl BufRead,
    mut output: impl Write,
    mut problems: impl Write,
) -> io::Result<bool> {
    let mut all_answered = true;
    // Split as bytes: a line that is not UTF-8 must not end the reading of the others.
    for (index, line) in input.split(b'\n').enumerate() {
        let line = match line {
            Ok(line) => line,
            Err(error) => {
                writeln!(problems, "cannot read the input: {error}")?;
                return Ok(false);
            }
        };
        if line.trim_ascii().is_empty() {
            continue;
        }
        match parse_scenario(&line) {
            Ok(scenario) => {
                serde_json::to_writer(&mut output, &ScenarioReport::of(scenario.jobs))?;
                writeln!(output)?;
                output.flush()?;
            }
            Err(error) => {
                writeln!(problems, "line {}: {error}", index + 1)?;
                all_answered = false;
            }
        }
    }
    Ok(all_answered)
}

/// The answer to one scenario.
#[derive(Serialize)]
struct ScenarioReport {
    gather: GatherReport,
    collect: CollectReport,
    taskgroup: RunReport,
}

#[derive(Serialize)]
struct GatherReport {
    #[serde(flatten)]
    settled: RunReport,
    completed_at_return: Vec<String>,
}

#[derive(Serialize)]
struct CollectReport {
    #[serde(flatten)]
    settled: RunReport,
    results: Vec<String>,
}

impl ScenarioReport {
    fn of(jobs: Vec<JobSpec>) -> Self {
        on_virtual_time(async move {
            let gather = run_with_gather(&jobs).await;
            let (collect, results) = run_collecting(&jobs).await;
            let taskgroup = run_with_taskgroup(&jobs).await;
            let result_text = |result| match result {
                Ok(value) => format!("ok:{value}"),
                Err(message) => format!("err:{message}"),
            };
            Self {
                gather: GatherReport {
                    settled: gather.settled,
                    completed_at_return: gather.at_return.completed,
                },
                collect: CollectReport {
                    settled: collect.settled,
                    results: results.into_iter().map(result_text).collect(),
                },
                taskgroup: taskgroup.settled,
            }
        })
    }
}
