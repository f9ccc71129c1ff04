//! What the lesson's demonstration shows with the learner's code, held against what it shows with the
//! lesson's: a timeline says more than an assertion.

use std::process::Command;
use std::time::Duration;

use super::check::{self, Built};
use super::practice::Practice;
use crate::failure::Failure;
use crate::lessons::Lesson;
use crate::program::{self, Ending};

/// The first block in which the two differ, a line each. The learner's may be empty.
#[derive(Debug, PartialEq)]
pub struct Difference {
    pub yours: Vec<String>,
    pub expected: Vec<String>,
}

/// A demonstration needs milliseconds.
const LIMIT: Duration = Duration::from_secs(5);

/// None if there is none, or if what is still a `todo!` leaves nothing to compare.
pub fn first_difference(
    practice: &Practice,
    lesson: &Lesson,
) -> Result<Option<Difference>, Failure> {
    let mine = practice.package(lesson);
    let Some(yours) = printed(practice, practice.cargo(), &mine, lesson)? else {
        return Ok(None);
    };
    if yours.contains("not yet implemented: ") {
        return Ok(None);
    }
    let theirs = practice.workspace.cargo();
    let Some(expected) = printed(practice, theirs, &lesson.name, lesson)? else {
        return Ok(None);
    };
    Ok(compare(&yours, &expected))
}

/// What the demonstration prints, if it can be built.
fn printed(
    practice: &Practice,
    mut cargo: Command,
    package: &str,
    lesson: &Lesson,
) -> Result<Option<String>, Failure> {
    cargo
        .args(["build", "--quiet", "-p", package])
        .args(["--example", &lesson.demo()])
        .args(["--message-format", "json"]);
    let Built::Well(messages) = check::build(cargo)? else {
        return Ok(None);
    };
    let Some(program) = program::examples(&messages).pop() else {
        return Ok(None);
    };
    let mut command = Command::new(program.executable);
    command.env("RUST_BACKTRACE", "0");
    let (ending, mut printed) = check::log(practice, "demonstration")
        .and_then(|log| program::run(command, LIMIT, &log))
        .map_err(|error| Failure::failed(format!("the demonstration cannot be run: {error}")))?;
    if ending == Ending::OutOfTime {
        let seconds = LIMIT.as_secs();
        let note = format!("\n(it did not end, and was ended after {seconds} s)\n");
        printed.push_str(&note);
    }
    Ok(Some(printed))
}

fn compare(yours: &str, expected: &str) -> Option<Difference> {
    let mut yours = blocks(yours).into_iter();
    for expected in blocks(expected) {
        let yours = yours.next().unwrap_or_default();
        if yours != expected {
            let owned = |block: Vec<&str>| block.into_iter().map(String::from).collect();
            return Some(Difference {
                yours: owned(yours),
                expected: owned(expected),
            });
        }
    }
    None
}

/// A timeline is a block: a title, and lines that are indented.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    let mut above = "";
    for line in text.lines() {
        let is_indented = |line: &str| line.starts_with(' ');
        let is_title = !is_indented(line) && is_indented(above);
        if !line.is_empty() {
            match blocks.last_mut() {
                Some(block) if !above.is_empty() && !is_title => block.push(line),
                _ => blocks.push(vec![line]),
            }
        }
        above = line;
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::{Difference, compare};

    const EXPECTED: &str = "one\n  10 ms  a\n  20 ms  b\ntwo\n  10 ms  c\n\nthree\n  d\n";

    #[test]
    fn the_first_block_that_differs_is_shown_whole() {
        let yours = EXPECTED.replace("10 ms  c", "30 ms  c");
        let expected = Difference {
            yours: vec!["two".into(), "  30 ms  c".into()],
            expected: vec!["two".into(), "  10 ms  c".into()],
        };
        assert_eq!(compare(&yours, EXPECTED), Some(expected));
        assert_eq!(compare(EXPECTED, EXPECTED), None);
    }

    #[test]
    fn a_demonstration_that_ended_early_differs_where_it_ended() {
        let (yours, _) = EXPECTED.split_at(EXPECTED.find("three").unwrap());
        let expected = Difference {
            yours: Vec::new(),
            expected: vec!["three".into(), "  d".into()],
        };
        assert_eq!(compare(yours, EXPECTED), Some(expected));
    }
}
