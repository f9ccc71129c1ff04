//! What the lesson's demonstration shows with the learner's code, held against what it shows with the
//! lesson's: a timeline says more than an assertion.

use std::process::Command;
use std::time::Duration;

use super::check::{self, Built};
use super::practice::Practice;
use crate::failure::Failure;
use crate::lessons::Lesson;
use crate::program::{self, Ending};

/// A block in which the two differ, line by line. The learner's may be empty.
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

/// The first timeline that differs, or else the first block that does.
fn compare(yours: &str, expected: &str) -> Option<Difference> {
    let mut yours = blocks(yours).into_iter();
    let pairs = blocks(expected).into_iter().map(|expected| Difference {
        yours: yours.next().unwrap_or_default(),
        expected,
    });
    let mut differences: Vec<_> = pairs
        .filter(|difference| difference.yours != difference.expected)
        .collect();
    let is_timeline = |difference: &Difference| {
        let mut lines = difference.expected.iter();
        lines.any(|line| line.contains(['━', '▲']))
    };
    let timeline = differences.iter().position(is_timeline).unwrap_or(0);
    (timeline < differences.len()).then(|| differences.swap_remove(timeline))
}

/// Parted by blank lines, and before each title: a line behind which others are indented.
fn blocks(text: &str) -> Vec<Vec<String>> {
    let mut blocks = vec![Vec::new()];
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let is_indented = |line: &str| line.starts_with(' ');
        let is_title = !is_indented(line) && lines.peek().is_some_and(|next| is_indented(next));
        if line.is_empty() || is_title {
            blocks.push(Vec::new());
        }
        if let Some(block) = blocks.last_mut().filter(|_| !line.is_empty()) {
            block.push(line.to_owned());
        }
    }
    blocks.retain(|block| !block.is_empty());
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
    fn a_timeline_that_differs_says_more_than_a_table_that_does() {
        let table = |word| format!("          head\nrow       {word}\nlast row  {word}\n");
        let timeline = |bar| format!("title\n   0\n  a  {bar}\n");
        let yours = table("x") + "\n" + &timeline("━◌");
        let expected = table("y") + "\n" + &timeline("━━●");
        let difference = compare(&yours, &expected).unwrap();
        assert_eq!(difference.yours, ["title", "   0", "  a  ━◌"]);

        let difference = compare(&table("x"), &table("y")).unwrap();
        assert_eq!(difference.yours.len(), 3);
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
