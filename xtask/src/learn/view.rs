//! Prints what the learner reads. Nothing else in `learn` prints.

use std::io::{self, IsTerminal, Write};
use std::ops::Range;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use super::check::{FailedTest, Verdict};
use super::course::{self, ExerciseRef};
use super::session::Session;
use super::source;
use crate::files::shown;
use crate::style::{self, BAD, BOLD, DIM, GOOD, wrap};

const WIDTH: usize = 80;
/// Longer messages of a test are cut.
const MESSAGE_LINES: usize = 12;

macro_rules! say {
    ($($text:tt)*) => {
        say(&format!($($text)*))
    };
}

/// All lessons and exercises, and how to go on.
pub fn status(session: &Session) -> io::Result<()> {
    let names = course::all(session.course).map(|one| one.exercise.name.len());
    let width = names.max().unwrap_or(0);
    for lesson in &session.course.lessons {
        let (number, title) = (lesson.number, &lesson.title);
        say!("{BOLD}Lesson {number}  {title}{BOLD:#}")?;
        for one in course::of_lesson(lesson) {
            let is_current = session.progress.current() == Some(&one.name());
            let current = if is_current { '▸' } else { ' ' };
            let is_done = session.progress.is_done(&one);
            let done = if is_done { '✓' } else { '·' };
            let (name, minutes) = (&one.exercise.name, one.exercise.minutes);
            say!("{current} {done} {name:width$}  {minutes:>2} minutes")?;
        }
    }
    say("")?;
    match session.current() {
        Ok(one) if session.progress.is_done(&one) => next(session, &one),
        Ok(one) => say!("Check {}: {}", one.name(), learn("check")),
        Err(_) => say!("To begin: {}", learn("start")),
    }
}

/// Where the learner's old lesson or file is now.
pub fn kept(what: &str, old: &Path) -> io::Result<()> {
    say!("Your old copy of the {what} is in {}.", shown(old))
}

pub fn task(session: &Session, one: &ExerciseRef) -> io::Result<()> {
    let (exercise, title) = (one.exercise, &one.lesson.title);
    let (name, minutes) = (&exercise.name, exercise.minutes);
    say!("\n{BOLD}{name}{BOLD:#}  {title}, {minutes} minutes")?;
    functions(session, one)?;
    say("These tests must pass:")?;
    for test in &exercise.tests {
        say!("  {}", sentence(test))?;
    }
    let (check, hint) = (learn("check"), learn("hint"));
    say!("\nTo check your code: {check}\nFor a hint: {hint}")
}

/// How to work with the lesson's page.
pub fn page(session: &Session, one: &ExerciseRef) -> io::Result<()> {
    let (folder, name) = (session.lesson_folder(one.lesson), &one.lesson.name);
    let (page, folder) = (shown(&folder.join("README.md")), shown(&folder));
    say!("Type the functions of {page}: each is a `todo!()` now.")?;
    say!("Run the page's commands in {folder}.")?;
    say!("Leave out `-p {name}`. Cargo's paths begin at the practice folder.")
}

/// Where the functions are and what they must do.
fn functions(session: &Session, one: &ExerciseRef) -> io::Result<()> {
    let file = session.file(one);
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    for name in &one.exercise.functions {
        let line = source::find(&text, name, &file).map_or(1, |found| found.line(&text));
        say!("  {}:{line}  {name}", shown(&file))?;
    }
    say!("  {}.", one.exercise.task)
}

/// For the terminal: a check may build for a minute.
pub fn checking(one: &ExerciseRef) -> io::Result<()> {
    if io::stdout().is_terminal() {
        say!("{DIM}Checking {} ...{DIM:#}", one.exercise.name)?;
    }
    Ok(())
}

pub fn verdict(session: &Session, one: &ExerciseRef, verdict: &Verdict) -> io::Result<()> {
    let name = &one.exercise.name;
    let fails = |words| say!("{BAD}{words}{BAD:#}  {name}");
    match verdict {
        Verdict::Passed => say!("{GOOD}✓ done{GOOD:#}  {name}"),
        Verdict::NotBuilt(errors) => {
            fails("does not compile")?;
            let first = errors.first().map_or("", |error| error.trim_end());
            for line in first.lines() {
                writeln!(anstream::stdout(), "{}", with_path(session, one, line))?;
            }
            match errors.len() {
                0 | 1 => Ok(()),
                count => say!("\nThis is the first of {count} errors."),
            }
        }
        Verdict::Todo(other, tests) => {
            fails("not written yet")?;
            for test in tests {
                say!("  ✗ {}", sentence(test))?;
            }
            if other.name() == one.name() {
                say("To write:")?;
                return functions(session, one);
            }
            let name = &other.exercise.name;
            let goto = learn(&format!("goto {name}"));
            say!("It needs {name}, which is not written yet: {goto}")
        }
        Verdict::Failed(tests) => {
            fails("tests fail")?;
            let mut tests = tests.iter();
            tests.try_for_each(|test| failed_test(session, one, test))
        }
    }
}

/// A failed test, what it printed, and why that may be.
fn failed_test(session: &Session, one: &ExerciseRef, test: &FailedTest) -> io::Result<()> {
    say!("\n  ✗ {}", sentence(test.test))?;
    for line in test.output.lines().take(MESSAGE_LINES) {
        let at = line.split_once(" panicked at ").map(|(_, path)| path);
        let line = at.map_or(line.into(), |at| {
            format!("at {}", with_path(session, one, at))
        });
        say!("      {line}")?;
    }
    if let Some(more @ 1..) = test.output.lines().count().checked_sub(MESSAGE_LINES) {
        say!("      ... and {more} more lines")?;
    }
    let mut causes = test.causes.iter().take(2);
    causes.try_for_each(|cause| say!("      A common cause: {BOLD}{cause}{BOLD:#}"))
}

/// What comes after this exercise.
pub fn next(session: &Session, one: &ExerciseRef) -> io::Result<()> {
    let is_done = |one: &ExerciseRef| session.progress.is_done(one);
    if course::of_lesson(one.lesson).all(|one| is_done(&one)) {
        say!("Lesson {} is done.", one.lesson.number)?;
    }
    match session.following(one) {
        Some(next) => say!("Next is {}: {}", next.name(), learn("next")),
        None if is_done(one) => say("All exercises are done."),
        None => say("All other exercises are done."),
    }
}

pub fn hints((one, range): (ExerciseRef, Range<usize>)) -> io::Result<()> {
    let hints = &one.exercise.hints;
    for index in range.clone() {
        let number = format!("{BOLD}Hint {} of {}{BOLD:#}", index + 1, hints.len());
        say!("{number}\n  {}", hints[index])?;
    }
    if range.end == hints.len() {
        say!("The lesson's own code: {}", learn("solution"))?;
    }
    Ok(())
}

pub fn solution((file, code): (PathBuf, String)) -> io::Result<()> {
    writeln!(anstream::stdout(), "{DIM}{}{DIM:#}\n{code}", shown(&file))
}

pub fn keys() -> io::Result<()> {
    say!("\n{DIM}Type a letter and Enter: [n]ext [h]int [s]olution [l]ist [q]uit{DIM:#}")
}

/// Clears a terminal. Elsewhere `anstream` removes the codes.
pub fn clear() -> io::Result<()> {
    write!(anstream::stdout(), "\x1b[2J\x1b[H")
}

/// Prints the text, with long lines wrapped and their margins kept, in ASCII if the locale has no more.
pub fn say(text: &str) -> io::Result<()> {
    let mut text = text.to_owned();
    if !style::is_utf8() {
        for (mark, ascii) in [('▸', ">"), ('✓', "+"), ('·', "."), ('✗', "x")] {
            text = text.replace(mark, ascii);
        }
    }
    let mut out = anstream::stdout();
    for line in text.split('\n') {
        let (margin, text) = line.split_at(line.len() - line.trim_start().len());
        let lines = wrap(text, WIDTH - margin.len()).join(&format!("\n{margin}"));
        writeln!(out, "{margin}{lines}")?;
    }
    Ok(())
}

fn learn(arguments: &str) -> String {
    format!("{BOLD}cargo xtask learn {arguments}{BOLD:#}")
}

/// The rule that the name of a test states.
fn sentence(test: &str) -> String {
    let name = test.rsplit("::").next().unwrap_or(test);
    name.replace('_', " ")
}

/// The line with a path from the current folder. The compiler's paths begin in the practice folder.
fn with_path(session: &Session, one: &ExerciseRef, line: &str) -> String {
    let folder = session.lesson_folder(one.lesson);
    match line.split_once(&format!("{}{MAIN_SEPARATOR}", one.lesson.name)) {
        Some((before, path)) => format!("{before}{}", shown(&folder.join(path))),
        None => line.into(),
    }
}
