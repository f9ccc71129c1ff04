//! `cargo xtask learn`: you write a lesson's functions, and the lesson's tests check them.
//!
//! A lesson's manifest names the functions that are exercises. `start` copies the lesson into the
//! practice folder with `todo!` as their bodies, and `check` runs the tests that the manifest names.

mod check;
mod course;
mod layout;
mod practice;
mod progress;
mod session;
mod source;
mod view;
mod watch;

use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::process;
use check::Verdict;
use course::ExerciseRef;
use session::Session;

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
    Start(Start),
    /// Run the tests of the selected exercise
    Check,
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

#[derive(clap::Args)]
struct Start {
    /// The lesson's number
    #[arg(default_value_t = 1)]
    lesson: u32,
    /// Move your copy of the lesson aside and start with a new one
    #[arg(long)]
    fresh: bool,
    /// The same, but to type the lesson's page: `todo!` for all functions that the page writes
    #[arg(long)]
    page: bool,
}

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let course = Workspace::find()?;
    let limit = Duration::from_secs(options.limit);
    let session = &mut Session::new(&course, &options.folder)?;
    match options.action.as_ref().unwrap_or(&Action::List) {
        Action::List => view::status(session)?,
        Action::Start(start) => {
            let (exercise, kept) = session.start(start)?;
            if let Some(old) = kept {
                view::kept("lesson", &old)?;
            }
            let task = if start.page { view::page } else { view::task };
            task(session, &exercise)?;
        }
        Action::Check => {
            let passed = check(session, limit)?;
            if passed {
                view::next(session, &session.current()?)?;
            }
            return Ok(ExitCode::from(u8::from(!passed)));
        }
        Action::Watch => watch::watch(session, limit)?,
        Action::Hint => view::hints(session.hints()?)?,
        Action::Solution { take: false } => view::solution(session.solution()?)?,
        Action::Solution { take: true } => view::kept("file", &session.take_solution()?)?,
        Action::Reset => view::kept("file", &session.reset()?)?,
        Action::Next => {
            if let Some(exercise) = next(session)? {
                view::task(session, &exercise)?;
            }
        }
        Action::Goto { exercise } => {
            let exercise = session.select(course::find(&course, exercise)?)?;
            view::task(session, &exercise)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Selects the following exercise, or says that there is none.
fn next<'a>(session: &mut Session<'a>) -> Result<Option<ExerciseRef<'a>>, Failure> {
    let current = session.current()?;
    match session.following(&current) {
        Some(next) => session.select(next).map(Some),
        None => Ok(view::next(session, &current).map(|()| None)?),
    }
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
        session.progress.set_done(&exercise, true)?;
    }
    Ok(passed)
}
