//! `cargo xtask run`: the lessons in order, each with its tests and then its demonstration.

use std::io::{self, IsTerminal, Write};
use std::process::{ExitCode, Stdio};
use std::time::Instant;

use serde_derive::Serialize;

use crate::failure::Failure;
use crate::lessons::{self, Lesson, Workspace};
use crate::process;
use crate::selection::{self, Selection};
use crate::style::{BAD, BOLD, DIM, GOOD};
use crate::test_program::Counts;

#[derive(clap::Args)]
pub struct Options {
    /// The lessons to run, as in `3`, `2-4`, `1,5` [default: all]
    #[arg(value_name = "LESSONS")]
    selection: Option<Selection>,
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

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let selected = selection::select(options.selection.as_ref(), options.from, &workspace.lessons)
        .map_err(Failure::usage)?;
    build(&workspace, &selected, &["--tests", "--examples"])?;

    let mut out: Box<dyn Write> = if options.json {
        Box::new(anstream::stderr())
    } else {
        Box::new(anstream::stdout())
    };
    let mut outcomes = Vec::new();
    for lesson in &selected {
        let outcome = run_lesson(&workspace, lesson, options.json, &mut out)?;
        if options.json {
            let line = serde_json::to_string(&outcome).map_err(io::Error::from)?;
            writeln!(io::stdout(), "{line}")?;
        }
        let failed = outcome.demo != "ok";
        outcomes.push(outcome);
        if failed && !options.keep_going {
            break;
        }
    }
    print_table(&selected, &outcomes, &mut out)?;
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

fn run_lesson<'a>(
    workspace: &Workspace,
    lesson: &'a Lesson,
    json: bool,
    out: &mut dyn Write,
) -> Result<Outcome<'a>, Failure> {
    let (number, title) = (lesson.number, &lesson.title);
    writeln!(out, "{BOLD}Lesson {number}  {title}{BOLD:#}")?;
    writeln!(out, "{}\n", lesson.headline)?;
    out.flush()?;

    let start = Instant::now();
    let (counts, passed) = run_tests(workspace, lesson, out)?;
    let demo = if passed {
        run_demo(workspace, lesson, json, out)?
    } else {
        "skipped"
    };
    writeln!(out)?;
    Ok(Outcome {
        step: number,
        name: &lesson.name,
        tests: counts,
        demo,
        seconds: (start.elapsed().as_secs_f64() * 10.0).round() / 10.0,
    })
}

/// Runs tests and doctests. Cargo's output is shown if a test fails; otherwise only the counts.
fn run_tests(
    workspace: &Workspace,
    lesson: &Lesson,
    out: &mut dyn Write,
) -> Result<(Counts, bool), Failure> {
    let color = if io::stdout().is_terminal() {
        "always"
    } else {
        "never"
    };
    // One file for both streams keeps their order.
    let log = tempfile::tempfile()?;
    let mut cargo = workspace.cargo();
    cargo
        .args(["test", "--no-fail-fast", "-p", &lesson.name])
        .env("RUST_BACKTRACE", "0")
        .env("CARGO_TERM_COLOR", color)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log.try_clone()?);
    let start = Instant::now();
    let status = process::status(&mut cargo)?;
    let seconds = start.elapsed().as_secs_f64();
    let output = process::read(log)?;
    let counts = Counts::of(&output);
    if !status.success() {
        writeln!(out, "{}\n", output.trim_end())?;
    }
    let plural = if counts.passed == 1 { "test" } else { "tests" };
    write!(out, "{GOOD}{} {plural} passed{GOOD:#}", counts.passed)?;
    if counts.failed > 0 {
        write!(out, ", {BAD}{} failed{BAD:#}", counts.failed)?;
    }
    if counts.ignored > 0 {
        write!(out, ", {} ignored", counts.ignored)?;
    }
    writeln!(out, " in {seconds:.1} s")?;
    Ok((counts, status.success()))
}

fn run_demo(
    workspace: &Workspace,
    lesson: &Lesson,
    json: bool,
    out: &mut dyn Write,
) -> Result<&'static str, Failure> {
    let demo = lesson.demo();
    let arguments = ["run", "-q", "-p", &lesson.name, "--example", &demo];
    writeln!(out, "\n{DIM}cargo {}{DIM:#}", arguments.join(" "))?;
    out.flush()?;

    let mut command = workspace.cargo();
    command.args(arguments);
    if json {
        command.stdout(io::stderr());
    }
    let status = process::status(&mut command)?;
    if status.success() {
        return Ok("ok");
    }
    writeln!(out, "\n{BAD}The demonstration failed{BAD:#}: {status}")?;
    Ok("failed")
}

fn print_table(selected: &[&Lesson], outcomes: &[Outcome], out: &mut dyn Write) -> io::Result<()> {
    let width = lessons::name_width(selected.iter().copied());
    writeln!(
        out,
        "{BOLD}Lesson  {:width$}  {:<21}  {:<7}  Seconds{BOLD:#}",
        "Name", "Tests", "Demo"
    )?;
    for (index, lesson) in selected.iter().enumerate() {
        write!(out, "{:>6}  {:width$}  ", lesson.number, lesson.name)?;
        let Some(outcome) = outcomes.get(index) else {
            writeln!(out, "{DIM}not reached{DIM:#}")?;
            continue;
        };
        let Counts { passed, failed, .. } = outcome.tests;
        let tests = if failed > 0 {
            format!("{passed} passed, {failed} failed")
        } else {
            format!("{passed} passed")
        };
        let (demo, style) = (outcome.demo, if outcome.demo == "ok" { GOOD } else { BAD });
        writeln!(
            out,
            "{tests:<21}  {style}{demo:<7}{style:#}  {:>7.1}",
            outcome.seconds
        )?;
    }
    out.flush()
}
