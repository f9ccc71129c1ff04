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
//! - `check`, `compiler`, `demonstration`: the verdict
//! - `help`: hints, solutions, and the way back
//! - `say`: what the learner is told
//! - `files`: writing, without losing anything

mod check;
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

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::style::{BAD, BOLD, GOOD};
use check::Verdict;
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
        /// How many seconds the tests may take
        #[arg(long, value_name = "SECONDS", default_value_t = check::LIMIT.as_secs())]
        limit: u64,
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
            let limit = Duration::from_secs(*limit);
            return if *all {
                check_all(&practice, &mut progress, limit)
            } else {
                check_current(&practice, &mut progress, limit)
            };
        }
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

fn check_current(
    practice: &Practice,
    progress: &mut Progress,
    limit: Duration,
) -> Result<ExitCode, Failure> {
    let place = moves::current(practice.workspace, progress)?;
    practice.must_be_whole(place.lesson)?;
    let verdict = check::check(practice, place, limit)?;
    let mut out = anstream::stdout();
    say::verdict(practice, &place, &verdict, &mut out)?;
    if let Verdict::Failed(failures) = &verdict {
        say::misconceptions(practice.workspace, &place, failures, &mut out)?;
        // It has to be built: the verdict does not wait for it.
        say::flush(&mut out)?;
        if let Some(difference) = demonstration::first_difference(practice, place.lesson)? {
            say::difference(&difference, &mut out)?;
        }
    }
    if !matches!(verdict, Verdict::Passed) {
        return Ok(ExitCode::FAILURE);
    }
    progress.set_done(&place.name(), true);
    say::what_is_next(practice.workspace, progress, &place, &mut out)?;
    progress.write()?;
    Ok(ExitCode::SUCCESS)
}

/// The ticks are what the code says, whatever they were before.
fn check_all(
    practice: &Practice,
    progress: &mut Progress,
    limit: Duration,
) -> Result<ExitCode, Failure> {
    let mut out = anstream::stdout();
    let (mut done, mut all) = (0, 0);
    for lesson in &practice.workspace.lessons {
        if !practice.is_laid_out(lesson) {
            continue;
        }
        practice.must_be_whole(lesson)?;
        for place in course::of_lesson(lesson) {
            let verdict = check::check(practice, place, limit)?;
            let (style, word) = match verdict {
                Verdict::Passed => (GOOD, "done"),
                Verdict::DoesNotCompile(_) | Verdict::NotBuilt(_) => (BAD, "does not compile"),
                Verdict::Todo(..) => (BAD, "not yet written"),
                Verdict::Failed(_) => (BAD, "not yet"),
                Verdict::OutOfTime(_) => (BAD, "did not end"),
            };
            let passed = matches!(verdict, Verdict::Passed);
            writeln!(out, "  {style}{word:<16}{style:#}  {}", place.name())?;
            say::flush(&mut out)?;
            progress.set_done(&place.name(), passed);
            done += u32::from(passed);
            all += 1;
        }
    }
    if all == 0 {
        return Err(Failure::usage(
            "no lesson is laid out: `cargo xtask learn start 1` begins with the first",
        ));
    }
    progress.write()?;
    writeln!(out, "{done} of {all} exercises are done")?;
    Ok(if done == all {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
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
