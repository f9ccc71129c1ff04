//! What the learner is told.

use std::io::{self, Write};

use super::check::Verdict;
use super::course::{self, Place};
use super::demonstration::Difference;
use super::practice::Practice;
use super::progress::Progress;
use super::source;
use crate::failure::Failure;
use crate::lessons::{Lesson, Workspace};
use crate::libtest::Failed;
use crate::misconceptions::{self, Misconception};
use crate::style::{BAD, BOLD, DIM, GOOD};

/// More errors or misconceptions than these are left for later.
const FEW: usize = 2;
/// More words of a failure than these are left out.
const SHORT: usize = 12;
/// The width of a terminal.
const WIDTH: usize = 80;

/// Where one stands: lessons, exercises, ticks.
pub fn status(workspace: &Workspace, progress: &Progress, out: &mut dyn Write) -> io::Result<()> {
    let width = course::all(workspace).map(|place| place.exercise.name.len());
    let width = width.max().unwrap_or(0);
    for lesson in &workspace.lessons {
        writeln!(
            out,
            "{BOLD}Lesson {}  {}{BOLD:#}",
            lesson.number, lesson.title
        )?;
        for place in course::of_lesson(lesson) {
            let name = place.name();
            let is_current = progress.current() == Some(&name);
            let tick = if progress.is_done(&name) {
                format!("{GOOD}✓{GOOD:#}")
            } else {
                "·".into()
            };
            let here = if is_current { "▸" } else { " " };
            let minutes = place.exercise.minutes;
            let short = &place.exercise.name;
            writeln!(out, "{here} {tick} {short:width$}  {minutes:>2} minutes")?;
        }
    }
    Ok(())
}

/// What to write, where, and which sentences will then be true.
pub fn task(practice: &Practice, place: &Place, out: &mut dyn Write) -> io::Result<()> {
    let exercise = place.exercise;
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}  {}, {} minutes",
        exercise.name, place.lesson.title, exercise.minutes
    )?;
    let file = practice.file(place);
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    for name in &exercise.functions {
        let line = source::find(&text, name).map(|found| found.line(&text));
        let line = line.map_or(String::new(), |line| format!(":{line}"));
        writeln!(out, "  {}{line}  {name}", practice.shown(&file))?;
    }
    paragraph(&sentence_of_task(&exercise.task), "  ", out)?;
    writeln!(out, "When it is done, this holds:")?;
    for test in &exercise.tests {
        writeln!(out, "  {}", sentence(test))?;
    }
    Ok(())
}

/// Says what came of a check.
pub fn verdict(
    practice: &Practice,
    place: &Place,
    verdict: &Verdict,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = &place.exercise.name;
    match verdict {
        Verdict::Passed => writeln!(out, "{GOOD}✓ done{GOOD:#}  {name}"),
        Verdict::DoesNotCompile(errors) => {
            writeln!(out, "{BAD}does not compile{BAD:#}  {name}\n")?;
            for error in errors.iter().take(FEW) {
                writeln!(out, "{}\n", error.trim_end())?;
            }
            match errors.len().saturating_sub(FEW) {
                0 => Ok(()),
                1 => writeln!(out, "... and one more error"),
                more => writeln!(out, "... and {more} more errors"),
            }
        }
        Verdict::NotBuilt(words) => {
            writeln!(out, "{BAD}cannot be built{BAD:#}  {name}\n\n{words}")
        }
        Verdict::Todo(unwritten, tests) if unwritten.name() == place.name() => {
            writeln!(out, "{BAD}not yet written{BAD:#}  {name}")?;
            for test in tests {
                writeln!(out, "  ✗ {}", sentence(test))?;
            }
            writeln!(out, "It is still a `todo!`:")?;
            paragraph(&sentence_of_task(&place.exercise.task), "  ", out)?;
            let file = practice.file(place);
            writeln!(
                out,
                "  {}  {}",
                practice.shown(&file),
                place.exercise.functions.join(", ")
            )
        }
        Verdict::Todo(unwritten, tests) => {
            let other = &unwritten.exercise.name;
            writeln!(out, "{BAD}not yet{BAD:#}  {name}")?;
            for test in tests {
                writeln!(out, "  ✗ {}", sentence(test))?;
            }
            writeln!(
                out,
                "It needs {other}, which is still a `todo!`. Go there first:\n    \
                 {BOLD}cargo xtask learn goto {other}{BOLD:#}"
            )
        }
        Verdict::Failed(failures) => {
            writeln!(out, "{BAD}not yet{BAD:#}  {name}")?;
            for failed in failures {
                let early = || "the test program ended early".into();
                let test = failed.test.as_deref().map_or_else(early, sentence);
                writeln!(out, "\n  ✗ {test}")?;
                for line in failed.words.iter().take(SHORT) {
                    let line = shorter(practice, line);
                    writeln!(out, "{}", format!("      {line}").trim_end())?;
                }
                if failed.words.len() > SHORT {
                    writeln!(out, "      ... and {} lines", failed.words.len() - SHORT)?;
                }
            }
            Ok(())
        }
        Verdict::OutOfTime(tests) => {
            writeln!(out, "{BAD}did not end, and was ended{BAD:#}  {name}")?;
            for test in tests {
                writeln!(out, "  ✗ {}", sentence(test))?;
            }
            writeln!(
                out,
                "A loop that never awaits keeps its thread for ever; an await that nobody wakes waits \
                 for ever."
            )
        }
    }
}

/// Why one comes to write what fails these tests, where the lesson knows it.
pub fn misconceptions(
    workspace: &Workspace,
    place: &Place,
    failures: &[Failed],
    out: &mut dyn Write,
) -> io::Result<()> {
    let known = misconceptions::of(workspace, place.lesson);
    let fails = |known: &&Misconception| {
        let test = &known.caught_by;
        let mut failed = failures.iter().filter_map(|failed| failed.test.as_ref());
        test.program == place.exercise.program && failed.any(|name| *name == test.name)
    };
    for known in known.iter().filter(fails).take(FEW) {
        writeln!(
            out,
            "\nThis fails in the same way: {BOLD}{}{BOLD:#}",
            known.name
        )?;
        for words in known.why.split("\n\n") {
            paragraph(words, "  ", out)?;
        }
    }
    Ok(())
}

/// Where the demonstration goes another way than the lesson's.
pub fn difference(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    let Difference { yours, expected } = difference;
    writeln!(
        out,
        "\nIn the lesson's demonstration, your code does this:\n"
    )?;
    // Without a margin: a timeline is as wide as a terminal.
    for line in yours {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "\nand the lesson's does this:\n")?;
    for line in expected {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The exercise that comes next, and how to get there.
pub fn what_is_next(
    workspace: &Workspace,
    progress: &Progress,
    place: &Place,
    out: &mut dyn Write,
) -> io::Result<()> {
    let done = |lesson: &Lesson| {
        let mut places = course::of_lesson(lesson);
        places.all(|place| progress.is_done(&place.name()))
    };
    if done(place.lesson) {
        writeln!(out, "Lesson {} is done.", place.lesson.number)?;
    }
    match super::moves::following(workspace, progress, place) {
        Some(next) => writeln!(
            out,
            "Next is {}: {BOLD}cargo xtask learn next{BOLD:#}",
            next.name()
        ),
        None => writeln!(out, "That was the last exercise: all of them are done."),
    }
}

/// A function, and whose it is.
pub fn code(title: &str, path: &str, code: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{BOLD}{title}{BOLD:#}  {DIM}{path}{DIM:#}\n")?;
    writeln!(out, "{}\n", code.trim_end())
}

/// Words of a hint or a task, within the width of a terminal.
pub fn paragraph(words: &str, margin: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    for word in words.split_whitespace() {
        let wide = margin.len() + line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && wide > WIDTH {
            writeln!(out, "{margin}{line}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "{margin}{line}")
}

/// A task begins in small letters in its `todo!`, and ends without a full stop.
fn sentence_of_task(task: &str) -> String {
    format!("{task}.")
}

/// `thread 'NAME' (1234) panicked at FILE:1:2:`, without what is said already, and with the file from
/// the workspace's root.
fn shorter(practice: &Practice, line: &str) -> String {
    match line.split_once(" panicked at ") {
        Some((thread, place)) if thread.starts_with("thread '") => {
            let path = practice.folder.join(place);
            format!("at {}", practice.shown(&path))
        }
        _ => line.to_owned(),
    }
}

/// The rule that a test's name states.
pub fn sentence(test: &str) -> String {
    let name = test.rsplit("::").next().unwrap_or(test);
    name.replace('_', " ")
}

/// Our own output could not be written.
pub fn flush(out: &mut dyn Write) -> Result<(), Failure> {
    Ok(out.flush()?)
}
