//! Draws the timelines of scenarios, as text, as JSON or as a picture.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser};
use step4_compare::{Scenario, Timeline, parse_jobs, parse_scenario, render_svg, render_text};

/// Draws a scenario in all three modes; without one, every built-in scenario.
#[derive(Parser)]
#[command(name = "timeline")]
struct Options {
    #[command(flatten)]
    source: Source,
    /// Write each timeline as a line of JSON
    #[arg(long)]
    json: bool,
    /// Write a picture of one scenario into FILE
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[derive(Args)]
#[group(multiple = false)]
struct Source {
    /// A built-in scenario: two-jobs, three-fetches or same-tick
    #[arg(value_parser = built_in)]
    scenario: Option<Scenario>,
    /// NAME=TIME or NAME=TIME:fail[=MESSAGE]; may be repeated
    #[arg(long = "job", value_name = "JOB")]
    jobs: Vec<String>,
    /// A scenario as a line of JSON
    #[arg(long, value_parser = |line: &str| parse_scenario(line.as_bytes()))]
    line: Option<Scenario>,
    /// Draw timelines that --json wrote, from standard input
    #[arg(long)]
    read: bool,
}

fn built_in(name: &str) -> Result<Scenario, String> {
    let scenarios = Scenario::built_in();
    if let Some(scenario) = scenarios.iter().find(|scenario| scenario.name == name) {
        return Ok(scenario.clone());
    }
    let names = scenarios.map(|scenario| scenario.name).join(", ");
    Err(format!("must be one of {names}"))
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has closed the pipe, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> io::Result<()> {
    let Options { source, json, svg } = options;
    let timelines = if source.read {
        read_timelines()
    } else if let Some(scenario) = one_scenario(source) {
        scenario.play().to_vec()
    } else {
        Scenario::built_in()
            .iter()
            .flat_map(Scenario::play)
            .collect()
    };

    if let Some(file) = &svg {
        let Ok(timelines) = timelines.as_slice().try_into() else {
            usage_error("--svg draws one scenario: name it, or give --job or --line");
        };
        std::fs::write(file, render_svg(timelines)).map_err(|error| {
            io::Error::other(format!("cannot write {}: {error}", file.display()))
        })?;
    }
    let mut output = io::stdout();
    if json {
        for timeline in &timelines {
            writeln!(output, "{}", timeline.to_json())?;
        }
    } else if svg.is_none() {
        writeln!(output, "{}", render_text(&timelines))?;
    }
    Ok(())
}

fn one_scenario(source: Source) -> Option<Scenario> {
    if source.jobs.is_empty() {
        return source.scenario.or(source.line);
    }
    match parse_jobs(source.jobs.iter().map(String::as_str)) {
        Ok(jobs) => Some(Scenario {
            name: String::new(),
            jobs,
        }),
        Err(error) => usage_error(&error.to_string()),
    }
}

fn read_timelines() -> Vec<Timeline> {
    let timelines = (1..).zip(io::stdin().lines()).map(|(number, line)| {
        let timeline = line.map_err(|error| error.to_string());
        let timeline = timeline.and_then(|line| Timeline::from_json(&line));
        timeline.unwrap_or_else(|error| usage_error(&format!("line {number}: {error}")))
    });
    timelines.collect()
}

/// Ends the program with exit code 2: wrong usage or unreadable input.
fn usage_error(message: &str) -> ! {
    Options::command()
        .error(ErrorKind::ValueValidation, message)
        .exit()
}
