//! From one exercise to another.

use std::io::Write;

use super::course::{self, Place};
use super::practice::{LaidOut, Practice};
use super::progress::Progress;
use super::{check, files, say};
use crate::failure::Failure;
use crate::lessons::{Lesson, Workspace};
use crate::style::BOLD;

/// The exercise at which the learner stands.
pub fn current<'a>(workspace: &'a Workspace, progress: &Progress) -> Result<Place<'a>, Failure> {
    let Some(name) = progress.current() else {
        return Err(Failure::usage(
            "you stand at no exercise: `cargo xtask learn start 1` begins with the first lesson, and \
             `cargo xtask learn` lists them",
        ));
    };
    course::find(workspace, name)
}

/// The next exercise that is not done: behind this one, or else before it.
pub fn following<'a>(
    workspace: &'a Workspace,
    progress: &Progress,
    place: &Place,
) -> Option<Place<'a>> {
    let name = place.name();
    let behind = course::all(workspace).skip_while(|other| other.name() != name);
    let mut others = behind.chain(course::all(workspace));
    others.find(|other| other.name() != name && !progress.is_done(&other.name()))
}

/// Lays a lesson out, and goes to its first exercise that is not done.
pub fn start(
    practice: &Practice,
    progress: &mut Progress,
    number: u32,
    anew: bool,
) -> Result<(), Failure> {
    let lesson = course::lesson(practice.workspace, number)?;
    if practice.is_laid_out(lesson) && !anew {
        writeln!(
            anstream::stdout(),
            "Lesson {number} is laid out already, and stays as you left it. With `--anew` it begins \
             from the beginning."
        )?;
    }
    if practice.is_laid_out(lesson) && anew {
        let kept = files::keep_folder(&practice.lesson_folder(lesson))?;
        writeln!(
            anstream::stdout(),
            "What you had of lesson {number} is now in {}.",
            practice.shown(&kept)
        )?;
        for place in course::of_lesson(lesson) {
            progress.set_done(&place.name(), false);
        }
    }
    let is_open = |place: &Place| !progress.is_done(&place.name());
    let first = course::of_lesson(lesson).find(is_open);
    let first = first.or_else(|| course::of_lesson(lesson).next());
    match first {
        Some(place) => go_to(practice, progress, place),
        None => Ok(()),
    }
}

/// Goes to an exercise. If its lesson is not there yet, or not whole, it is laid out.
pub fn go_to(practice: &Practice, progress: &mut Progress, place: Place) -> Result<(), Failure> {
    let lesson = place.lesson;
    let mut out = anstream::stdout();
    let folder = practice.lesson_folder(lesson);
    let folder = practice.shown(&folder);
    match practice.lay_out(lesson)? {
        LaidOut::New => {
            writeln!(out, "Lesson {} is laid out in {folder}.", lesson.number)?;
            say::flush(&mut out)?;
        }
        LaidOut::Completed(put_back) => {
            if !put_back.is_empty() {
                writeln!(
                    out,
                    "Lesson {} is in {folder}. This was missing, and is back as the lesson has it; \
                     everything else is as you left it:",
                    lesson.number
                )?;
                for path in put_back {
                    writeln!(out, "  {}", practice.shown(&path))?;
                }
            }
        }
    }
    progress.set_current(&place.name());
    progress.write()?;
    writeln!(out)?;
    say::task(practice, &place, &mut out)?;
    writeln!(
        out,
        "\n{BOLD}cargo xtask learn check{BOLD:#} says how it goes, {BOLD}cargo xtask learn hint{BOLD:#} \
         helps."
    )?;
    say::flush(&mut out)?;
    prepare(practice, lesson)
}

/// Builds what the first check would otherwise wait for. Whether the code compiles is for the check to
/// say.
fn prepare(practice: &Practice, lesson: &Lesson) -> Result<(), Failure> {
    let mut cargo = practice.cargo();
    cargo
        .args(["test", "--quiet", "--no-run", "-p"])
        .arg(practice.package(lesson))
        .args(["--message-format", "json"]);
    let mut programs: Vec<_> = lesson
        .exercises
        .iter()
        .map(|exercise| exercise.program.as_str())
        .collect();
    programs.dedup();
    for program in programs {
        cargo.args(["--test", program]);
    }
    check::build(cargo).map(drop)
}
