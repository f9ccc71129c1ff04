//! `cargo xtask run`: the lessons in order, each with its tests and then its demonstration.

use std::fs::{self, File};
use std::io::{self, Write};
use std::process::{self, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde_derive::Serialize;

use crate::failure::Failure;
use crate::lessons::{self, Lesson, Workspace};
use crate::libtest::{self, Counts, Report};
use crate::steps::{self, Steps};
use crate::style::{BAD, BOLD, DIM, GOOD};

#[derive(clap::Args)]
pub struct Options {
    /// The steps to run, as in `3`, `2-4`, `1,5` [default: all]
    steps: Option<Steps>,
    /// Begin with this step
    #[arg(long, value_name = "N")]
    from: Option<u32>,
    /// Go on after a step that fails
    #[arg(long)]
    keep_going: bool,
    /// Print one JSON object for each step, and all else to standard error
    #[arg(long)]
    json: bool,
}

/// How a step ended. As JSON, it is a line of `--json`.
#[derive(Serialize)]
struct Outcome<'a> {
    step: u32,
    name: &'a str,
    tests: Counts,
    demo: Demo,
    seconds: f64,
}

#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Demo {
    Ok,
    Failed,
    /// The tests failed already.
    Skipped,
}

/// More words of a failure than these are left to the command that repeats it.
const SHORT: usize = 12;

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let chosen = steps::choose(options.steps.as_ref(), options.from, &workspace.lessons)
        .map_err(Failure::usage)?;
    build(&workspace, &chosen)?;

    let mut page: Box<dyn Write> = if options.json {
        Box::new(anstream::stderr())
    } else {
        Box::new(anstream::stdout())
    };
    let mut outcomes = Vec::new();
    for lesson in &chosen {
        let outcome = step(&workspace, lesson, &mut page, options.json)?;
        if options.json {
            let line = serde_json::to_string(&outcome).map_err(io::Error::from)?;
            writeln!(io::stdout(), "{line}")?;
        }
        let goes_on = outcome.demo == Demo::Ok || options.keep_going;
        outcomes.push(outcome);
        if !goes_on {
            break;
        }
    }
    table(&chosen, &outcomes, &mut page)?;
    if outcomes.iter().all(|outcome| outcome.demo == Demo::Ok) {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

/// Builds all that the steps need before the first of them runs: what `cargo test --no-run`
/// builds, without its list of files.
fn build(workspace: &Workspace, chosen: &[&Lesson]) -> Result<(), Failure> {
    let packages = chosen.iter().flat_map(|lesson| ["-p", &lesson.name]);
    let status = workspace
        .cargo()
        .args(["build", "--tests", "--examples"])
        .args(packages)
        .stdout(io::stderr())
        .status()
        .map_err(|error| Failure::failed(format!("cannot run cargo: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::failed(
            "the lessons could not be built, and no step was run".to_owned(),
        ))
    }
}

fn step<'a>(
    workspace: &Workspace,
    lesson: &'a Lesson,
    page: &mut dyn Write,
    json: bool,
) -> Result<Outcome<'a>, Failure> {
    let Lesson {
        number,
        name,
        title,
        headline,
        ..
    } = lesson;
    writeln!(page, "{BOLD}Step {number}  {title}{BOLD:#}")?;
    writeln!(page, "{headline}\n")?;
    page.flush()?;

    let started = Instant::now();
    let (report, tests_passed) = test(workspace, lesson, page)?;
    let tests_took = started.elapsed();
    say_counts(&report.counts, tests_took, page)?;

    let demo = if tests_passed {
        demonstrate(workspace, lesson, page, json)?
    } else {
        say_failures(name, &report, page)?;
        Demo::Skipped
    };
    writeln!(page)?;
    Ok(Outcome {
        step: *number,
        name,
        tests: report.counts,
        demo,
        seconds: (started.elapsed().as_secs_f64() * 10.0).round() / 10.0,
    })
}

/// Runs the tests and the doctests, and says whether all was well.
fn test(
    workspace: &Workspace,
    lesson: &Lesson,
    page: &mut dyn Write,
) -> Result<(Report, bool), Failure> {
    let mut command = workspace.cargo();
    command
        .args(["test", "--no-fail-fast", "-p", &lesson.name])
        .env("RUST_BACKTRACE", "0")
        .env("CARGO_TERM_COLOR", "never");
    let (output, success) = both_streams(workspace, command)
        .map_err(|error| Failure::failed(format!("cannot run the tests: {error}")))?;
    let report = libtest::read(&output, &lesson.name);
    if !success && report.failures.is_empty() {
        // Not a test failed, but cargo. What it has to say is in the output.
        writeln!(page, "{}\n", output.trim_end())?;
    }
    Ok((report, success))
}

/// What the command prints on both streams, in the order in which it was printed, and whether it
/// ended well. One file takes both: two pipes would not keep the order.
fn both_streams(workspace: &Workspace, mut command: Command) -> io::Result<(String, bool)> {
    let folder = workspace.target.join("xtask");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("tests-{}.log", process::id()));
    let log = File::create(&path)?;
    command.stdin(Stdio::null());
    command.stdout(log.try_clone()?).stderr(log);
    let status = command.status()?;
    let output = fs::read(&path)?;
    // On Windows a file that is still open cannot be removed.
    drop(command);
    fs::remove_file(&path)?;
    Ok((
        String::from_utf8_lossy(&output).into_owned(),
        status.success(),
    ))
}

fn demonstrate(
    workspace: &Workspace,
    lesson: &Lesson,
    page: &mut dyn Write,
    json: bool,
) -> Result<Demo, Failure> {
    let demo = lesson.demo();
    let arguments = ["run", "-q", "-p", &lesson.name, "--example", &demo];
    let shown = format!("cargo {}", arguments.join(" "));
    writeln!(page, "\n{DIM}{shown}{DIM:#}")?;
    page.flush()?;

    let mut command = workspace.cargo();
    command.args(arguments);
    if json {
        command.stdout(io::stderr());
    }
    let status = command
        .status()
        .map_err(|error| Failure::failed(format!("cannot run cargo: {error}")))?;
    if status.success() {
        return Ok(Demo::Ok);
    }
    writeln!(page, "\n{BAD}The demonstration failed{BAD:#}: {status}")?;
    say_repeat(&shown, page)?;
    Ok(Demo::Failed)
}

fn say_counts(counts: &Counts, took: Duration, page: &mut dyn Write) -> io::Result<()> {
    let Counts {
        passed,
        failed,
        ignored,
    } = counts;
    let tests = if *passed == 1 { "test" } else { "tests" };
    write!(page, "{GOOD}{passed} {tests} passed{GOOD:#}")?;
    if *failed > 0 {
        write!(page, ", {BAD}{failed} failed{BAD:#}")?;
    }
    if *ignored > 0 {
        write!(page, ", {ignored} ignored")?;
    }
    writeln!(page, " in {:.1} s", took.as_secs_f64())
}

fn say_failures(package: &str, report: &Report, page: &mut dyn Write) -> io::Result<()> {
    for failed in &report.failures {
        let program = format!("the test program {} ended early", failed.target);
        let name = failed.test.as_ref().unwrap_or(&program);
        writeln!(page, "\n{BAD}FAILED{BAD:#}  {name}")?;
        for line in failed.words.iter().take(SHORT) {
            writeln!(page, "{}", format!("    {line}").trim_end())?;
        }
        if failed.words.len() > SHORT {
            writeln!(page, "    ... and {} lines", failed.words.len() - SHORT)?;
        }
    }
    say_repeat(&libtest::repeat(package, &report.failures), page)
}

fn say_repeat(command: &str, page: &mut dyn Write) -> io::Result<()> {
    writeln!(page, "\nTo repeat it:\n    {BOLD}{command}{BOLD:#}")
}

fn table(chosen: &[&Lesson], outcomes: &[Outcome], page: &mut dyn Write) -> io::Result<()> {
    let width = lessons::name_width(chosen.iter().copied());
    writeln!(
        page,
        "{BOLD}Step  {:width$}  {:<21}  {:<7}  Seconds{BOLD:#}",
        "Name", "Tests", "Demo"
    )?;
    for (index, lesson) in chosen.iter().enumerate() {
        write!(page, "{:>4}  {:width$}  ", lesson.number, lesson.name)?;
        let Some(outcome) = outcomes.get(index) else {
            writeln!(page, "{DIM}not reached{DIM:#}")?;
            continue;
        };
        let Counts { passed, failed, .. } = outcome.tests;
        let tests = if failed > 0 {
            format!("{passed} passed, {failed} failed")
        } else {
            format!("{passed} passed")
        };
        let (demo, style) = match outcome.demo {
            Demo::Ok => ("ok", GOOD),
            Demo::Failed => ("failed", BAD),
            Demo::Skipped => ("skipped", BAD),
        };
        writeln!(
            page,
            "{tests:<21}  {style}{demo:<7}{style:#}  {:>7.1}",
            outcome.seconds
        )?;
    }
    page.flush()
}
