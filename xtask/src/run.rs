//! `cargo xtask run`: the lessons in order, each with its tests and then its demonstration.

use std::io::{self, Write};
use std::process::{ExitCode, Stdio};
use std::time::Instant;

use serde_derive::Serialize;

use crate::failure::Failure;
use crate::lessons::{Lesson, Selection, Workspace};
use crate::process;
use crate::style::{BAD, BOLD, DIM, GOOD};
use crate::test_program::Counts;

#[derive(clap::Args)]
pub struct Options {
    /// The lessons to run, as in `3`, `2-4`, `1,5`
    #[arg(value_name = "LESSONS", default_value = "all")]
    selection: Selection,
    /// Begin with this lesson
    #[arg(long, value_name = "N")]
    from: Option<u32>,
    /// Go on after a lesson that fails
    #[arg(long)]
    keep_going: bool,
    /// Print one JSON object for each lesson, and all else to standard error
    #[arg(long)]
    json: bool,
}

/// How a lesson ended. This is the object of `--json`, whose key `step` other programs read.
#[derive(Serialize)]
struct Outcome<'a> {
    step: u32,
    name: &'a str,
    tests: Counts,
    /// `ok`, `failed`, or `skipped` because a test failed.
    demo: &'static str,
    seconds: f64,
}

/// Prints to `out` all but the objects of `--json`.
struct Runner<'a> {
    workspace: &'a Workspace,
    json: bool,
    out: Box<dyn Write>,
}

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let (workspace, json) = (&Workspace::find()?, options.json);
    let mut selected = workspace.select(&options.selection)?;
    if let Some(from) = options.from {
        workspace.lesson(from)?;
        selected.retain(|lesson| lesson.number >= from);
    }
    if selected.is_empty() {
        return Err(Failure::usage("no lesson is selected"));
    }
    build(workspace, &selected, &["--tests", "--examples"])?;

    let mut out: Box<dyn Write> = Box::new(anstream::stdout());
    if json {
        out = Box::new(anstream::stderr());
    }
    let mut runner = Runner {
        workspace,
        json,
        out,
    };
    let mut outcomes = Vec::new();
    for lesson in &selected {
        let outcome = runner.run_lesson(lesson)?;
        if json {
            let line = serde_json::to_string(&outcome).map_err(io::Error::from)?;
            writeln!(io::stdout(), "{line}")?;
        }
        let failed = outcome.demo != "ok";
        outcomes.push(outcome);
        if failed && !options.keep_going {
            break;
        }
    }
    runner.print_table(&selected, &outcomes)?;
    let all_ok = outcomes.iter().all(|outcome| outcome.demo == "ok");
    Ok(ExitCode::from(u8::from(!all_ok)))
}

/// Builds what all lessons need before the first one runs. With tests and examples, this is what
/// `cargo test --no-run` builds, without its list of files.
pub fn build(workspace: &Workspace, selected: &[&Lesson], kinds: &[&str]) -> Result<(), Failure> {
    let packages = selected.iter().flat_map(|lesson| ["-p", &lesson.name]);
    let mut cargo = workspace.cargo();
    cargo.arg("build").args(kinds).args(packages);
    if process::status(cargo.stdout(io::stderr()))?.success() {
        Ok(())
    } else {
        Err(Failure::failed("the build failed; no lesson was run"))
    }
}

impl Runner<'_> {
    fn run_lesson<'a>(&mut self, lesson: &'a Lesson) -> Result<Outcome<'a>, Failure> {
        let (number, title) = (lesson.number, &lesson.title);
        writeln!(self.out, "{BOLD}Lesson {number}  {title}{BOLD:#}")?;
        writeln!(self.out, "{}\n", lesson.headline)?;
        let start = Instant::now();
        let (tests, passed) = self.run_tests(lesson)?;
        let mut demo = "skipped";
        if passed {
            demo = self.run_demo(lesson)?;
        }
        writeln!(self.out)?;
        Ok(Outcome {
            step: number,
            name: &lesson.name,
            tests,
            demo,
            seconds: (start.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        })
    }

    /// Runs tests and doctests. Cargo's output is shown if a test fails; otherwise only the counts.
    fn run_tests(&mut self, lesson: &Lesson) -> Result<(Counts, bool), Failure> {
        // One file for both streams keeps their order.
        let log = tempfile::tempfile()?;
        let mut cargo = self.workspace.cargo();
        cargo
            .args(["test", "--no-fail-fast", "-p", &lesson.name])
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?);
        let start = Instant::now();
        let success = process::status(&mut cargo)?.success();
        let seconds = start.elapsed().as_secs_f64();
        let output = process::read(log)?;
        if !success {
            writeln!(self.out, "{}\n", output.trim_end())?;
        }
        let counts = Counts::of(&output);
        let plural = if counts.passed == 1 { "test" } else { "tests" };
        write!(self.out, "{GOOD}{} {plural} passed{GOOD:#}", counts.passed)?;
        write!(self.out, "{BAD}{}{BAD:#}", and(counts.failed, "failed"))?;
        write!(self.out, "{}", and(counts.ignored, "ignored"))?;
        writeln!(self.out, " in {seconds:.1} s")?;
        Ok((counts, success))
    }

    fn run_demo(&mut self, lesson: &Lesson) -> Result<&'static str, Failure> {
        let (name, demo) = (&lesson.name, lesson.demo());
        let command = format!("cargo run -q -p {name} --example {demo}");
        writeln!(self.out, "\n{DIM}{command}{DIM:#}")?;
        let mut command = self.workspace.example(name, &demo);
        if self.json {
            command.stdout(io::stderr());
        }
        let status = process::status(&mut command)?;
        if status.success() {
            return Ok("ok");
        }
        writeln!(self.out, "\n{BAD}The demonstration failed{BAD:#}: {status}")?;
        Ok("failed")
    }

    fn print_table(&mut self, selected: &[&Lesson], outcomes: &[Outcome]) -> io::Result<()> {
        let width = self.workspace.name_width();
        let (tests, demo) = (format!("{:<21}", "Tests"), format!("{:<7}", "Demo"));
        let head = format!("Lesson  {:width$}  {tests}  {demo}  Seconds", "Name");
        writeln!(self.out, "{BOLD}{head}{BOLD:#}")?;
        for (index, lesson) in selected.iter().enumerate() {
            write!(self.out, "{:>6}  {:width$}  ", lesson.number, lesson.name)?;
            let Some(outcome) = outcomes.get(index) else {
                writeln!(self.out, "{DIM}not reached{DIM:#}")?;
                continue;
            };
            let Counts { passed, failed, .. } = outcome.tests;
            let tests = format!("{passed} passed{}", and(failed, "failed"));
            let (demo, seconds) = (outcome.demo, outcome.seconds);
            let style = if demo == "ok" { GOOD } else { BAD };
            write!(self.out, "{tests:<21}  {style}{demo:<7}{style:#}")?;
            writeln!(self.out, "  {seconds:>7.1}")?;
        }
        Ok(())
    }
}

/// `, 2 failed`, or nothing.
fn and(count: u32, what: &str) -> String {
    match count {
        0 => String::new(),
        _ => format!(", {count} {what}"),
    }
}
