//! Draws scenarios: `timeline [SCENARIO | --job JOB... | --line LINE | --read] [--json] [--svg FILE]`.
//!
//! Without a name, all that are built in. A job is `NAME=TIME`, `NAME=TIME:fail` or
//! `NAME=TIME:fail=MESSAGE`. `--line` takes a scenario as a line of JSON; `--read` draws timelines
//! that `--json` wrote, one a line on standard input.

use std::io::{self, Write};
use std::process::ExitCode;

use step4_compare::{Scenario, Timeline, lanes, parse_jobs, parse_line, svg};

const HELP: &str = "\
Draws scenarios, in all modes; those that are built in, if none is named.

Usage: timeline [SCENARIO | --job JOB... | --line LINE | --read]
                [--json] [--svg FILE]

  SCENARIO     one that is built in
  --job JOB    NAME=TIME, NAME=TIME:fail or NAME=TIME:fail=MESSAGE; repeat it
  --line LINE  a scenario as a line of JSON
  --read       timelines that --json wrote, from standard input
  --json       write JSON, a timeline a line, and do not draw
  --svg FILE   draw into this file
";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, message)) => {
            eprintln!("{message}");
            ExitCode::from(code)
        }
    }
}

enum Source {
    BuiltIn(String),
    Jobs(Vec<String>),
    Line(String),
    Input,
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), (u8, String)> {
    let (mut sources, mut jobs) = (Vec::new(), Vec::new());
    let (mut json, mut file) = (false, None);
    while let Some(argument) = arguments.next() {
        let mut value = |expected: &str| {
            let missing = || (2, format!("{argument} needs {expected}"));
            arguments.next().ok_or_else(missing)
        };
        match argument.as_str() {
            "-h" | "--help" => {
                print!("{HELP}");
                return Ok(());
            }
            "--json" => json = true,
            "--svg" => file = Some(value("a file to write")?),
            "--line" => sources.push(Source::Line(value("a scenario as JSON")?)),
            "--job" => jobs.push(value("a job, such as slow=50ms or quick=10ms:fail")?),
            "--read" => sources.push(Source::Input),
            option if option.starts_with('-') => {
                return Err((
                    2,
                    format!(
                        "unknown option {option}; there are --job NAME=TIME[:fail[=MESSAGE]], \
                         --line LINE, --read, --json and --svg FILE"
                    ),
                ));
            }
            _ => sources.push(Source::BuiltIn(argument)),
        }
    }
    if !jobs.is_empty() {
        sources.push(Source::Jobs(jobs));
    }
    if sources.len() > 1 {
        return Err((2, "one scenario at a time".to_owned()));
    }

    let timelines = match sources.pop() {
        None => Scenario::built_in()
            .iter()
            .flat_map(Scenario::play)
            .collect(),
        Some(Source::BuiltIn(name)) => built_in(&name)?,
        Some(Source::Jobs(texts)) => {
            let jobs = parse_jobs(texts.iter().map(String::as_str));
            let jobs = jobs.map_err(|error| (2, error.to_string()))?;
            let name = String::new();
            Scenario { name, jobs }.play().into()
        }
        Some(Source::Line(line)) => {
            let line = parse_line(line.as_bytes());
            line.map_err(|error| (2, error.to_string()))?.play().into()
        }
        Some(Source::Input) => read()?,
    };
    if let Some(file) = &file {
        std::fs::write(file, svg(&timelines))
            .map_err(|error| (1, format!("cannot write {file}: {error}")))?;
    }
    let answer = match (json, &file) {
        (true, _) => timelines
            .iter()
            .map(|timeline| timeline.to_json() + "\n")
            .collect(),
        (false, None) => lanes(&timelines) + "\n",
        (false, Some(_)) => String::new(),
    };
    match io::stdout().write_all(answer.as_bytes()) {
        // Whoever read it has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| (1, error.to_string())),
    }
}

fn built_in(name: &str) -> Result<Vec<Timeline>, (u8, String)> {
    let scenarios = Scenario::built_in();
    if let Some(scenario) = scenarios.iter().find(|scenario| scenario.name == name) {
        return Ok(scenario.play().into());
    }
    let names = scenarios.iter().map(|scenario| scenario.name.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    Err((
        2,
        format!("there is no scenario {name:?}; there are {names}"),
    ))
}

fn read() -> Result<Vec<Timeline>, (u8, String)> {
    let mut timelines = Vec::new();
    for (index, line) in io::stdin().lines().enumerate() {
        let timeline = line.map_err(|error| error.to_string());
        let timeline = timeline.and_then(|line| Timeline::from_json(&line));
        timelines.push(timeline.map_err(|error| (2, format!("line {}: {error}", index + 1)))?);
    }
    Ok(timelines)
}
