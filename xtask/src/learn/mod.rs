//! `cargo xtask learn`: you write a lesson's functions, and the lesson's tests check them.
//!
//! A lesson's manifest names the functions that are exercises. `start` copies the lesson into the
//! practice folder with `todo!` as their bodies, and `check` runs the tests that the manifest names.

mod check;
mod course;
mod files;
mod layout;
mod manifest;
mod practice;
mod progress;
mod session;
mod source;
mod view;
mod watch;

use std::io::{self, IsTerminal};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use clap::Subcommand;

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::process;
use check::Verdict;
use practice::Practice;
use progress::Progress;
use session::{Selected, Session};

#[derive(clap::Args)]
pub struct Options {
    #[command(subcommand)]
    action: Option<Action>,
    /// The practice folder, in the workspace's root
    #[arg(long, global = true, value_name = "NAME", default_value = practice::NAME)]
    folder: String,
    /// How many seconds each test of a check may take; the tests need milliseconds
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 10)]
    limit: u64,
}

#[derive(Subcommand)]
enum Action {
    /// List the exercises (the default)
    List,
    /// Start a lesson: copy it, and select its first exercise that is not done
    Start {
        /// The lesson's number
        #[arg(default_value_t = 1)]
        lesson: u32,
        /// Move your copy of the lesson aside and start with a new one
        #[arg(long)]
        fresh: bool,
    },
    /// Run the tests of the selected exercise
    Check {
        /// Check all exercises of all lessons that you have started, and update the progress
        #[arg(long)]
        all: bool,
    },
    /// Check after each save; keys for the next exercise, a hint, the solution
    Watch,
    /// Show the next hint
    Hint,
    /// Show the lesson's code
    Solution {
        /// Replace your code by the lesson's, and keep a copy of yours
        #[arg(long)]
        take: bool,
    },
    /// Restore the `todo!`, and keep a copy of your code
    Reset,
    /// Select the next exercise that is not done
    Next,
    /// Select an exercise
    Goto {
        /// Its name in the list
        exercise: String,
    },
}

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let course = Workspace::find()?;
    let limit = Duration::from_secs(options.limit);
    let practice = Practice::new(&course, &options.folder)?;
    let progress = Progress::read(&practice.folder)?;
    let session = &mut Session {
        course: &course,
        practice,
        progress,
    };
    let selected = match options.action.as_ref().unwrap_or(&Action::List) {
        Action::List => view::status(session).map(|()| None)?,
        Action::Check { all } => {
            let check = if *all { check_all } else { check_current };
            return Ok(ExitCode::from(u8::from(!check(session, limit)?)));
        }
        Action::Watch => watch::watch(session, limit).map(|()| None)?,
        Action::Hint => view::hints(session.hints()?).map(|()| None)?,
        Action::Solution { take: false } => view::solution(session.solution()?).map(|()| None)?,
        Action::Solution { take: true } => {
            view::replaced(&session.take_solution()?).map(|()| None)?
        }
        Action::Reset => view::replaced(&session.reset()?).map(|()| None)?,
        Action::Start { lesson, fresh } => Some(session.start(*lesson, *fresh)?),
        Action::Goto { exercise } => Some(session.select(course::find(&course, exercise)?)?),
        Action::Next => next(session)?,
    };
    if let Some(selected) = selected {
        show(session, &selected)?;
        view::task(session, &selected.exercise)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what selecting an exercise has done, and builds a new lesson while cargo shows its progress.
fn show(session: &Session, selected: &Selected) -> Result<(), Failure> {
    view::copied(session, selected)?;
    // Without a terminal the first check builds it.
    if selected.is_new && io::stderr().is_terminal() {
        let package = session.practice.package(selected.exercise.lesson);
        let mut cargo = session.practice.cargo();
        cargo.args(["build", "--tests", "-p", &package]);
        let status = cargo.stdout(Stdio::null()).status();
        status.map_err(|error| Failure::failed(format!("cannot run cargo: {error}")))?;
    }
    Ok(())
}

/// Selects the following exercise, or says that there is none.
fn next<'a>(session: &mut Session<'a>) -> Result<Option<Selected<'a>>, Failure> {
    let current = session.current()?;
    match session.following(&current) {
        Some(next) => session.select(next).map(Some),
        None => Ok(view::next(session, &current).map(|()| None)?),
    }
}

fn check_current(session: &mut Session, limit: Duration) -> Result<bool, Failure> {
    let passed = check(session, limit)?;
    if passed {
        view::next(session, &session.current()?)?;
    }
    Ok(passed)
}

/// Checks the selected exercise.
fn check(session: &mut Session, limit: Duration) -> Result<bool, Failure> {
    let exercise = session.current()?;
    view::checking(&exercise)?;
    let verdict = session.check(&exercise, limit)?;
    if process::is_interrupted() {
        return Ok(false);
    }
    view::verdict(session, &exercise, &verdict)?;
    let passed = matches!(verdict, Verdict::Passed);
    if passed {
        session.progress.set_done(&exercise, true);
        session.progress.write()?;
    }
    Ok(passed)
}

fn check_all(session: &mut Session, limit: Duration) -> Result<bool, Failure> {
    let (mut done, mut all) = (0, 0);
    for exercise in course::all(session.course) {
        if session.practice.has(exercise.lesson) {
            let verdict = session.check(&exercise, limit)?;
            view::summary(&verdict, &exercise.name())?;
            let passed = matches!(verdict, Verdict::Passed);
            session.progress.set_done(&exercise, passed);
            done += usize::from(passed);
            all += 1;
        }
    }
    session.progress.write()?;
    view::say(&format!("{done} of {all} exercises are done"))?;
    Ok(done == all)
}
