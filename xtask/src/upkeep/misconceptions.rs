//! `cargo xtask misconceptions`: puts each wrong solution that the pages show in the place of the right
//! one, in a copy of the workspace, and checks that the test it names fails.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::scratch::Scratch;
use super::wrong_solution::{self, Test, WrongSolution};
use crate::failure::Failure;
use crate::lessons::{Lesson, Selection, Workspace};
use crate::style::{BAD, BOLD, GOOD};
use crate::test_program::{self, TestResult};

#[derive(clap::Args)]
pub struct Options {
    /// The lessons to check, as in `3`, `2-4`, `1,5`
    #[arg(value_name = "LESSONS", default_value = "all")]
    selection: Selection,
}

/// For one test. It needs milliseconds, but the machine may be busy.
const LIMIT: Duration = Duration::from_secs(60);

/// The titles in MISCONCEPTIONS.md of the wrong solutions that this test catches.
pub fn for_test(workspace: &Workspace, lesson: &Lesson, test: &str) -> Vec<String> {
    let solutions = wrong_solution::of_lesson(workspace, lesson).unwrap_or_default();
    let is_caught =
        |one: &WrongSolution| one.caught_by.name == test && one.place.contains("MISCONCEPTIONS.md");
    let caught = solutions.into_iter().filter(is_caught);
    caught.map(|one| one.title).collect()
}

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    // All pages are read before the first wrong solution is tried.
    let mut lessons = Vec::new();
    for lesson in workspace.select(&options.selection)? {
        lessons.push((lesson, wrong_solution::of_lesson(&workspace, lesson)?));
    }
    let scratch = Scratch::copy(&workspace)?;

    let start = Instant::now();
    let mut out = anstream::stdout();
    let (mut count, mut not_caught) = (0, 0);
    for (lesson, solutions) in lessons {
        let (number, title) = (lesson.number, &lesson.title);
        writeln!(out, "{BOLD}Lesson {number}  {title}{BOLD:#}")?;
        let folder = lesson.folder.strip_prefix(&workspace.root);
        let folder = scratch.root.join(folder.unwrap_or(&lesson.folder));
        let try_test = |test| try_test(&scratch, lesson, &folder, test);
        // First all tests without a change: so the unchanged lesson is built once.
        let unchanged = solutions.iter().map(|one| try_test(&one.caught_by));
        let unchanged: Vec<_> = unchanged.collect();
        for (solution, unchanged) in solutions.iter().zip(unchanged) {
            let test = &solution.caught_by;
            let problem = if unchanged.happened == "passes" {
                let changed = scratch.with(&solution.changes, || try_test(test));
                changed.map_or_else(Some, |outcome| outcome.problem(test))
            } else {
                Some(format!("without the change, {}", unchanged.message(test)))
            };
            count += 1;
            let Some(problem) = problem else {
                writeln!(out, "  {GOOD}caught{GOOD:#}      {}", solution.title)?;
                continue;
            };
            not_caught += 1;
            writeln!(out, "  {BAD}not caught{BAD:#}  {}", solution.title)?;
            let problem = format!("{}: {problem}", solution.place);
            for line in problem.lines().take(12) {
                writeln!(out, "    {line}")?;
            }
        }
    }
    let seconds = start.elapsed().as_secs();
    let style = if not_caught == 0 { GOOD } else { BAD };
    write!(
        out,
        "{count} misconceptions, {style}{not_caught} not caught{style:#}"
    )?;
    writeln!(out, ", in {seconds} s")?;
    Ok(ExitCode::from(u8::from(not_caught > 0)))
}

/// What became of a test, and what the test, the compiler or cargo printed.
struct Outcome {
    happened: &'static str,
    printed: String,
}

fn try_test(scratch: &Scratch, lesson: &Lesson, folder: &Path, test: &Test) -> Outcome {
    let built = test_program::build(scratch.cargo(), &lesson.name, &test.program);
    let result = built.map(|program| test_program::run(&program, folder, &test.name, LIMIT));
    let (happened, printed) = match result {
        Err(errors) => ("does not compile", errors.concat()),
        Ok(TestResult::Failed(printed)) => ("fails", printed),
        Ok(TestResult::Passed) => ("passes", String::new()),
        Ok(TestResult::Missing) => ("does not exist", String::new()),
        Ok(TestResult::TimedOut) => ("hangs", String::new()),
    };
    Outcome { happened, printed }
}

impl Outcome {
    fn message(&self, test: &Test) -> String {
        format!("{} {}\n{}", test.name, self.happened, self.printed.trim())
    }

    /// Why a wrong solution is not caught. The test must fail and print what the page shows. It may also
    /// not compile, if the page shows the compiler's error.
    fn problem(&self, test: &Test) -> Option<String> {
        let message = self.message(test);
        if test.prints.is_empty() {
            return (self.happened != "fails").then_some(message);
        }
        let mut lines = self.printed.lines().map(str::trim);
        let missing = |shown: &&String| !lines.any(|line| line == shown.as_str());
        let line = test.prints.iter().find(missing)?;
        Some(format!("`{line}` is not printed: {message}"))
    }
}
