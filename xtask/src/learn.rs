//! `cargo xtask learn`: the learner writes a lesson's functions, and hears whether they are right.
//!
//! The exercises are the lessons themselves. A lesson's manifest names the functions that are
//! exercises; `start` copies the lesson into the practice folder and takes their bodies out, and
//! `check` runs the tests that the lesson has for them.
//!
//! - `course`: which exercises there are, in which order
//! - `source`: a function in a source file, and its body
//! - `layout`, `manifest`: what a lesson's folder holds
//! - `practice`: the practice folder
//! - `progress`: what is done
//! - `moves`: from one exercise to another
//! - `check`, `compiler`, `demonstration`, `verdict`: how it goes
//! - `watch`: a check on every save
//! - `help`, `columns`: hints, solutions, and the way back
//! - `say`: what the learner is told
//! - `files`: writing, without losing anything

mod check;
mod columns;
mod compiler;
mod course;
mod demonstration;
mod files;
mod help;
mod layout;
mod manifest;
mod moves;
mod practice;
mod progress;
mod say;
mod source;
mod verdict;
mod watch;

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::style::BOLD;
use practice::Practice;
use progress::Progress;

#[derive(clap::Args)]
pub struct Options {
    #[command(subcommand)]
    action: Option<Action>,
    /// The practice folder, in the workspace's root
    #[arg(long, global = true, value_name = "NAME", default_value = practice::NAME)]
    folder: String,
}

#[derive(Subcommand)]
enum Action {
    /// Lay a lesson out, and begin with its first exercise that is not done
    Start {
        /// The lesson's number
        lesson: u32,
        /// Put what is there aside, and lay the lesson out from the beginning
        #[arg(long)]
        anew: bool,
    },
    /// Run the tests of the exercise, and say how it goes
    Check {
        /// Check every exercise of every lesson that is laid out, and set the ticks
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        limit: Limit,
    },
    /// Check on every save, until Ctrl-C
    Watch {
        /// Look for changes all the time, and do not wait for the file system to tell
        #[arg(long)]
        poll: bool,
        #[command(flatten)]
        limit: Limit,
    },
    /// Give the next hint
    Hint,
    /// Show the lesson's code beside yours
    Solution {
        /// Put the lesson's code in the place of yours, of which a copy is kept
        #[arg(long)]
        take: bool,
    },
    /// Put the `todo!` back; a copy of your code is kept
    Reset,
    /// Go to the next exercise that is not done
    Next,
    /// Go to an exercise
    Goto {
        /// Its name, as `cargo xtask learn` lists it
        exercise: String,
    },
}

#[derive(clap::Args)]
struct Limit {
    /// How many seconds the tests may take
    #[arg(long, value_name = "SECONDS", default_value_t = check::LIMIT.as_secs())]
    limit: u64,
}

impl Limit {
    fn duration(&self) -> Duration {
        Duration::from_secs(self.limit)
    }
}

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let practice = Practice::new(&workspace, &options.folder)?;
    let mut progress = Progress::read(&practice.folder)?;
    match &options.action {
        None => status(&workspace, &progress)?,
        Some(Action::Start { lesson, anew }) => {
            moves::start(&practice, &mut progress, *lesson, *anew)?;
        }
        Some(Action::Check { all, limit }) => {
            let limit = limit.duration();
            return if *all {
                verdict::all(&practice, &mut progress, limit)
            } else {
                verdict::current(&practice, &mut progress, limit)
            };
        }
        Some(Action::Watch { poll, limit }) => watch::watch(&practice, *poll, limit.duration())?,
        Some(Action::Hint) => help::hint(&practice, &mut progress)?,
        Some(Action::Solution { take }) => help::solution(&practice, &progress, *take)?,
        Some(Action::Reset) => help::reset(&practice, &mut progress)?,
        Some(Action::Next) => next(&practice, &mut progress)?,
        Some(Action::Goto { exercise }) => {
            let place = course::find(&workspace, exercise)?;
            moves::go_to(&practice, &mut progress, place)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn status(workspace: &Workspace, progress: &Progress) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    say::status(workspace, progress, &mut out)?;
    writeln!(out)?;
    match moves::current(workspace, progress) {
        Ok(place) if progress.is_done(&place.name()) => {
            say::what_is_next(workspace, progress, &place, &mut out)?;
        }
        Ok(place) => writeln!(
            out,
            "You are at {}: {BOLD}cargo xtask learn check{BOLD:#}",
            place.name()
        )?,
        Err(_) => writeln!(out, "To begin: {BOLD}cargo xtask learn start 1{BOLD:#}")?,
    }
    Ok(())
}

fn next(practice: &Practice, progress: &mut Progress) -> Result<(), Failure> {
    let place = moves::current(practice.workspace, progress)?;
    match moves::following(practice.workspace, progress, &place) {
        Some(next) => moves::go_to(practice, progress, next),
        None if progress.is_done(&place.name()) => {
            writeln!(anstream::stdout(), "All exercises are done.")?;
            Ok(())
        }
        None => {
            let words = "This is the last exercise that is not done.";
            writeln!(anstream::stdout(), "{words}")?;
            Ok(())
        }
    }
}
