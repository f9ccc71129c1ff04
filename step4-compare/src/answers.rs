use std::io::{self, BufRead, Write};

use serde_derive::Serialize;
use serde_json::Value;

use crate::line::Line;
use crate::nested::{self, LineRun};
use crate::{
    JobSpec, Run, RunReport, on_virtual_time, parse_line, run_collecting, run_with_gather,
    run_with_taskgroup,
};

/// Answers scenarios: one JSON object a line in `input`, one a line in `output`, each flushed at
/// once. Blank lines are passed over.
///
/// A line that cannot be read is named in `problems` and has no answer; the lines after it do.
/// Returns whether every line could be read.
///
/// # Errors
///
/// When reading or writing fails.
pub fn answer_scenarios(
    input: impl BufRead,
    mut output: impl Write,
    mut problems: impl Write,
) -> io::Result<bool> {
    let mut all_read = true;
    // Bytes, not text: a line that is not UTF-8 is that line's fault alone.
    for (index, line) in input.split(b'\n').enumerate() {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match parse_line(&line) {
            Ok(line) => {
                let answer = match line.only_jobs() {
                    Some(jobs) => answer(jobs),
                    None => answer_nested(line),
                };
                serde_json::to_writer(&mut output, &answer)?;
                writeln!(output)?;
                output.flush()?;
            }
            Err(error) => {
                writeln!(problems, "line {}: {error}", index + 1)?;
                all_read = false;
            }
        }
    }
    Ok(all_read)
}

#[derive(Serialize)]
struct Answer {
    gather: Gather,
    collect: Collect,
    taskgroup: Report,
}

#[derive(Serialize)]
struct Report {
    completed: Vec<String>,
    cancelled: Vec<String>,
    raised: Option<String>,
    aggregated: Vec<String>,
    /// None for a plain list of jobs.
    #[serde(flatten)]
    beyond: Option<Beyond>,
}

#[derive(Serialize)]
struct Gather {
    #[serde(flatten)]
    report: Report,
    completed_at_return: Vec<String>,
}

#[derive(Serialize)]
struct Collect {
    #[serde(flatten)]
    report: Report,
    results: Vec<String>,
}

#[derive(Serialize)]
struct Beyond {
    stopped: bool,
    unfinished: Vec<String>,
    /// Of a task group only.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Value>,
}

impl From<RunReport> for Report {
    fn from(report: RunReport) -> Self {
        let RunReport {
            completed,
            cancelled,
            raised,
            aggregated,
        } = report;
        Self {
            completed,
            cancelled,
            raised,
            aggregated,
            beyond: None,
        }
    }
}

impl From<LineRun> for Report {
    fn from(line: LineRun) -> Self {
        let beyond = Beyond {
            stopped: line.stopped,
            unfinished: line.unfinished,
            errors: None,
        };
        Self {
            beyond: Some(beyond),
            ..line.run.settled.into()
        }
    }
}

fn answer(jobs: Vec<JobSpec>) -> Answer {
    on_virtual_time(async move {
        let Run {
            at_return, settled, ..
        } = run_with_gather(&jobs).await;
        let gather = Gather {
            report: settled.into(),
            completed_at_return: at_return.completed,
        };

        let (run, results) = run_collecting(&jobs).await;
        let collect = Collect {
            report: run.settled.into(),
            results: in_words(results),
        };

        let taskgroup = run_with_taskgroup(&jobs).await.settled.into();
        Answer {
            gather,
            collect,
            taskgroup,
        }
    })
}

fn answer_nested(line: Line) -> Answer {
    on_virtual_time(async move {
        let run = nested::run_with_gather(&line).await;
        let gather = Gather {
            completed_at_return: run.run.at_return.completed.clone(),
            report: run.into(),
        };

        let (run, results) = nested::run_collecting(&line).await;
        let collect = Collect {
            report: run.into(),
            results: in_words(results),
        };

        let (run, errors) = nested::run_with_taskgroup(&line).await;
        let mut taskgroup = Report::from(run);
        if let Some(beyond) = &mut taskgroup.beyond {
            beyond.errors = Some(errors);
        }
        Answer {
            gather,
            collect,
            taskgroup,
        }
    })
}

fn in_words(results: Vec<Result<String, String>>) -> Vec<String> {
    let results = results.into_iter().map(|result| match result {
        Ok(value) => format!("ok:{value}"),
        Err(message) => format!("err:{message}"),
    });
    results.collect()
}
