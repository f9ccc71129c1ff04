//! The workspace's own commands: run the lessons, learn and teach with them, and check that pages,
//! tests and CPython still agree with the code.
//!
//! This program links no lesson. It reads what the lessons' manifests say and runs cargo.

mod book;
mod failure;
mod files;
mod learn;
mod lessons;
mod markdown;
mod process;
mod run;
mod style;
mod teach;
mod test_program;
mod upkeep;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use failure::Failure;
use lessons::Workspace;
use style::BOLD;
use teach::{agenda, doctor, pack, predict};
use upkeep::{misconceptions, pages, parity};

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
    /// Do the exercises: write the lessons' functions and check them
    Learn(learn::Options),
    /// Draw what happens when one of several tasks fails
    #[command(disable_help_flag = true)]
    Timeline {
        /// Passed on to the lesson that draws it
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Ask what a lesson's programs will do, then show what they do
    Predict(predict::Options),
    /// Plan a workshop: which lessons and exercises fit into the time
    Agenda(agenda::Options),
    /// Check that this machine can build and run the lessons
    Doctor,
    /// Make an archive that builds and runs without a network
    Pack(pack::Options),
    /// Make a website of the pages, with live timelines
    Book(book::Options),
    /// Check the pages: code, console blocks and links
    Pages(pages::Options),
    /// Check that a test fails for each common mistake
    Misconceptions(misconceptions::Options),
    /// Check what the pages say of asyncio, and compare lesson 4 with CPython
    Parity(parity::Options),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Run(options) => run::run(&options),
        Task::List => list(),
        Task::Learn(options) => learn::run(&options),
        Task::Timeline { arguments } => timeline(&arguments),
        Task::Predict(options) => predict::run(&options),
        Task::Agenda(options) => agenda::run(&options),
        Task::Doctor => doctor::run(),
        Task::Pack(options) => pack::run(&options),
        Task::Book(options) => book::run(&options),
        Task::Pages(options) => pages::run(&options),
        Task::Misconceptions(options) => misconceptions::run(&options),
        Task::Parity(options) => parity::run(&options),
    };
    result.unwrap_or_else(Failure::report)
}

fn list() -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let (width, mut out) = (workspace.name_width(), anstream::stdout());
    let head = format!("Lesson  {:width$}  Minutes  Title", "Name");
    writeln!(out, "{BOLD}{head}{BOLD:#}")?;
    for lesson in &workspace.lessons {
        write!(out, "{:>6}  {:width$}  ", lesson.number, lesson.name)?;
        writeln!(out, "{:>7}  {}", lesson.minutes, lesson.title)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs in the current folder, not in the workspace's root: `--svg FILE` is relative to it.
fn timeline(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let mut timeline = Workspace::find()?.example("step4-compare", "timeline");
    let status = process::status(timeline.current_dir(".").args(arguments))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
