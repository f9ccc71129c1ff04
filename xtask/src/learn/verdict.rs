//! From a check to what the learner hears of it, and to the tick.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use super::check::{self, Verdict};
use super::practice::Practice;
use super::progress::Progress;
use super::{course, demonstration, moves, say};
use crate::failure::Failure;
use crate::style::{BAD, GOOD};

/// Checks the exercise at which the learner stands, and says how it goes.
pub fn current(
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

/// Checks everything that is laid out. The ticks are what the code says, whatever they were before.
pub fn all(
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
