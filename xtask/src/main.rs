//! The workspace's own commands: for who runs the lessons, for who teaches them, and for who changes
//! them and has to see that the pages, the tests and CPython still agree with them.
//!
//! It links no lesson. What it knows of them, it reads from their manifests.

mod agenda;
mod ask;
mod bench;
mod change;
mod diff;
mod doctor;
mod failure;
mod learn;
mod lessons;
mod libtest;
mod misconceptions;
mod pack;
mod page;
mod pages;
mod parity;
mod predict;
mod program;
mod python;
mod run;
mod scratch;
mod steps;
mod style;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use failure::Failure;
use lessons::Workspace;
use style::BOLD;

/// The workspace's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run the tests and the demonstration of each lesson, in order
    Run(run::Options),
    /// List the lessons
    List,
    /// Write the lessons' functions yourself, and hear how it goes
    Learn(learn::Options),
    /// Draw what happens when one of several tasks fails
    #[command(disable_help_flag = true)]
    Timeline {
        /// Passed on to the lesson that draws it
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Show what one lesson changes over another
    Diff(diff::Options),
    /// Fit lessons into the time, and print a page to hand out
    Agenda(agenda::Options),
    /// Check what this machine lacks, and say what mends it
    Doctor,
    /// Make an archive with which the lessons run without a network
    Pack(pack::Options),
    /// Say what a lesson's programs will do, then see what they do
    Predict(predict::Options),
    /// Hold lesson 4 against CPython, in random scenarios
    Parity(parity::Options),
    /// Measure all that is measured, side by side, in one table
    Bench(bench::Options),
    /// Check that the pages show what programs print, and their links
    Pages {
        /// Write what the programs print into the pages
        #[arg(long)]
        write: bool,
    },
    /// Make the mistakes of the MISCONCEPTIONS pages; tests must fail
    Misconceptions(misconceptions::Options),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Run(options) => run::run(&options),
        Task::List => list(),
        Task::Learn(options) => learn::run(&options),
        Task::Timeline { arguments } => timeline(&arguments),
        Task::Diff(options) => diff::run(&options),
        Task::Agenda(options) => agenda::run(&options),
        Task::Doctor => doctor::run(),
        Task::Pack(options) => pack::run(&options),
        Task::Predict(options) => predict::run(&options),
        Task::Parity(options) => parity::run(&options),
        Task::Bench(options) => bench::bench(&options),
        Task::Pages { write } => pages::check(write),
        Task::Misconceptions(options) => misconceptions::run(&options),
    };
    result.unwrap_or_else(Failure::report)
}

fn list() -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let width = lessons::name_width(&workspace.lessons);
    let mut out = anstream::stdout();
    writeln!(out, "{BOLD}Step  {:width$}  Minutes  Title{BOLD:#}", "Name")?;
    for lesson in &workspace.lessons {
        writeln!(
            out,
            "{:>4}  {:width$}  {:>7}  {}",
            lesson.number, lesson.name, lesson.minutes, lesson.title
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs where the user stands and not in the root, so that a relative `--svg FILE` is theirs.
fn timeline(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let status = lessons::cargo()
        .args(["run", "-q", "-p", "step4-compare", "--example", "timeline"])
        .arg("--")
        .args(arguments)
        .status()
        .map_err(|error| Failure::failed(format!("cannot run cargo: {error}")))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
