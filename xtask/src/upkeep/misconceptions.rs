//! `cargo xtask misconceptions`: puts each wrong solution that the pages show in the place of the right
//! one, in a copy of the workspace, and checks that the test it names fails.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::scratch::Scratch;
use super::wrong_solution::{self, Test, WrongSolution};
use crate::failure::Failure;
use crate::lessons::{Lesson, Workspace};
use crate::selection::{self, Selection};
use crate::style::{BAD, BOLD, GOOD};
use crate::test_program::{self, Build, TestResult};

#[derive(clap::Args)]
pub struct Options {
    /// The lessons to check, as in `3`, `2-4`, `1,5` [default: all]
    #[arg(value_name = "LESSONS")]
    selection: Option<Selection>,
}

/// A lesson must have at least this many.
const FEWEST: usize = 3;
/// For one test. It needs milliseconds, but the machine may be busy.
const LIMIT: Duration = Duration::from_secs(60);
/// How many lines of a problem are shown.
const SHOWN: usize = 12;

/// The titles of the wrong solutions that this test catches.
pub fn for_test(workspace: &Workspace, lesson: &Lesson, test: &str) -> Vec<String> {
    let solutions = wrong_solution::of_lesson(workspace, lesson).unwrap_or_default();
    let caught = solutions
        .into_iter()
        .filter(|one| one.caught_by.name == test);
    caught.map(|one| one.title).collect()
}

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let selected = selection::select(options.selection.as_ref(), None, &workspace.lessons)
        .map_err(Failure::usage)?;
    // All pages are read before the first wrong solution is tried.
    let mut lessons = Vec::new();
    for lesson in selected {
        let solutions = wrong_solution::of_lesson(&workspace, lesson).map_err(Failure::usage)?;
        if solutions.len() < FEWEST {
            let (name, count) = (&lesson.name, solutions.len());
            return Err(Failure::usage(format!(
                "{name}: the pages must show at least {FEWEST} wrong solutions, and show {count}"
            )));
        }
        lessons.push((lesson, solutions));
    }
    let scratch = Scratch::copy(&workspace)
        .map_err(|error| Failure::failed(format!("cannot copy the workspace: {error}")))?;

    let start = Instant::now();
    let mut out = anstream::stdout();
    let (mut count, mut not_caught) = (0, 0);
    for (lesson, solutions) in &lessons {
        count += solutions.len();
        not_caught += try_all(&scratch, lesson, solutions, &mut out)?;
    }
    let seconds = start.elapsed().as_secs();
    let (style, result, code) = match not_caught {
        0 => (GOOD, "all caught".into(), ExitCode::SUCCESS),
        _ => (BAD, format!("{not_caught} not caught"), ExitCode::FAILURE),
    };
    writeln!(
        out,
        "{style}{count} misconceptions, {result}{style:#} in {seconds} s"
    )?;
    Ok(code)
}

/// Returns how many were not caught.
fn try_all(
    scratch: &Scratch,
    lesson: &Lesson,
    solutions: &[WrongSolution],
    out: &mut impl Write,
) -> Result<usize, Failure> {
    let (number, title) = (lesson.number, &lesson.title);
    writeln!(out, "{BOLD}Lesson {number}  {title}{BOLD:#}")?;
    out.flush()?;
    let run = |solution: &WrongSolution| {
        run_test(scratch, lesson, &solution.caught_by)
            .map_err(|error| Failure::failed(format!("cannot run {}: {error}", lesson.name)))
    };
    // First all tests without a change: so the unchanged lesson is built once.
    let unchanged: Vec<_> = solutions.iter().map(run).collect::<Result<_, _>>()?;
    let mut not_caught = 0;
    for (solution, unchanged) in solutions.iter().zip(unchanged) {
        let problem = if unchanged.happened == "passes" {
            match scratch.with(&solution.changes, || run(solution)) {
                Ok(outcome) => not_caught_because(&solution.caught_by, &outcome?),
                Err(problem) => Some(problem),
            }
        } else {
            let message = unchanged.message(&solution.caught_by);
            Some(format!("without the change, {message}"))
        };
        let title = &solution.title;
        if let Some(problem) = problem {
            not_caught += 1;
            writeln!(out, "  {BAD}not caught{BAD:#}  {title}")?;
            let problem = format!("{}: {problem}", solution.place);
            for line in problem.lines().take(SHOWN) {
                writeln!(out, "{}", format!("    {line}").trim_end())?;
            }
        } else {
            writeln!(out, "  {GOOD}caught{GOOD:#}      {title}")?;
        }
        out.flush()?;
    }
    Ok(not_caught)
}

struct Outcome {
    /// A verb, whose subject is the test.
    happened: &'static str,
    /// By the test, by the compiler, or by cargo.
    printed: String,
}

impl Outcome {
    fn message(&self, test: &Test) -> String {
        format!("{} {}\n{}", test.name, self.happened, self.printed.trim())
    }
}

fn run_test(scratch: &Scratch, lesson: &Lesson, test: &Test) -> io::Result<Outcome> {
    let Test { program, name, .. } = test;
    let (happened, printed) = match test_program::build(scratch.cargo(), &lesson.name, program)? {
        Build::Failed(errors) => ("does not compile", errors.concat()),
        Build::Ready(executable) => {
            let folder = scratch.folder_of(lesson);
            match test_program::run(&executable, &folder, name, LIMIT)? {
                TestResult::Passed => ("passes", String::new()),
                TestResult::Missing => ("does not exist", String::new()),
                TestResult::Failed(printed) => ("fails", printed),
                TestResult::TimedOut => {
                    let limit = LIMIT.as_secs();
                    let printed = format!("test {name} has been running for over {limit} seconds");
                    ("hangs", printed)
                }
            }
        }
    };
    Ok(Outcome { happened, printed })
}

/// A wrong solution is caught by a test that fails and prints what the page shows. It may also not
/// compile, or hang, if the page shows the compiler's error, or the line for a test that hangs.
fn not_caught_because(test: &Test, outcome: &Outcome) -> Option<String> {
    let message = outcome.message(test);
    match outcome.happened {
        "fails" => {}
        "does not compile" | "hangs" if !test.prints.is_empty() => {}
        _ => return Some(message),
    }
    let mut lines = outcome.printed.lines().map(str::trim);
    let missing = |shown: &&String| !lines.any(|line| line == shown.as_str());
    let line = test.prints.iter().find(missing)?;
    Some(format!("`{line}` is not printed: {message}"))
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Test, not_caught_because};

    fn is_caught(happened: &'static str, printed: &str, shown: &[&str]) -> bool {
        let test = Test {
            prints: shown.iter().map(ToString::to_string).collect(),
            ..Test::default()
        };
        let printed = printed.into();
        not_caught_because(&test, &Outcome { happened, printed }).is_none()
    }

    #[test]
    fn a_test_that_fails_must_print_the_lines_that_the_page_shows_in_order() {
        assert!(is_caught("fails", "a\n  b\n", &[]));
        assert!(is_caught("fails", "a\n  b\nc\n", &["a", "c"]));
        assert!(!is_caught("fails", "a\n  b\n", &["b", "a"]));
        assert!(!is_caught("passes", "a\n", &["a"]));
    }

    #[test]
    fn a_test_that_hangs_or_does_not_compile_catches_only_if_the_page_shows_so() {
        for happened in ["hangs", "does not compile"] {
            assert!(!is_caught(happened, "error: a\n", &[]));
            assert!(!is_caught(happened, "error: a\n", &["test t ... FAILED"]));
            assert!(is_caught(happened, "error: a\n", &["error: a"]));
        }
    }
}
