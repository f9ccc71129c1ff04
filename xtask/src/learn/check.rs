//! Builds the test program of an exercise and runs the tests of the exercise.

use std::time::Duration;

use super::course::{self, ExerciseRef};
use super::session::Session;
use crate::failure::Failure;
use crate::test_program::{self, Build, TestResult};
use crate::upkeep::misconceptions;

/// The result of a check.
#[derive(Debug)]
pub enum Verdict<'a> {
    Passed,
    NotBuilt {
        /// The compiler's errors, or else one message of cargo.
        errors: Vec<String>,
        /// The copied tests are not those of the lesson.
        outdated: bool,
    },
    /// The tests need a function that is still a `todo!`, of this exercise or of another one.
    Todo {
        exercise: ExerciseRef<'a>,
        tests: Vec<&'a str>,
    },
    Failed(Vec<FailedTest<'a>>),
    /// The copied tests do not have this one.
    NoSuchTest(&'a str),
}

#[derive(Debug)]
pub struct FailedTest<'a> {
    pub test: &'a str,
    /// What the test printed. None if it timed out.
    pub output: Option<String>,
    /// The misconceptions that this test detects.
    pub causes: Vec<String>,
}

/// How long one test may take. The tests need milliseconds; this is for endless loops.
pub const LIMIT: Duration = Duration::from_secs(10);

impl<'a> Session<'a> {
    /// Checks the exercise as it is in the practice folder. `limit` is for each test.
    pub fn check(
        &self,
        exercise: &ExerciseRef<'a>,
        limit: Duration,
    ) -> Result<Verdict<'a>, Failure> {
        let ExerciseRef {
            lesson,
            exercise: of,
        } = *exercise;
        let outdated = self.practice.ensure_complete(lesson)?;
        let cannot = |action: &str, error| {
            Failure::failed(format!("cannot {action} {}: {error}", of.program))
        };
        let package = self.practice.package(lesson);
        let build = test_program::build(self.practice.cargo(), &package, &of.program);
        let program = match build.map_err(|error| cannot("build", error))? {
            Build::Ready(program) => program,
            Build::Failed(errors) => return Ok(Verdict::NotBuilt { errors, outdated }),
        };
        let folder = self.practice.lesson_folder(lesson);
        let mut failed = Vec::new();
        for test in &of.tests {
            let result = test_program::run(&program, &folder, test, limit);
            let output = match result.map_err(|error| cannot("run", error))? {
                TestResult::Passed => continue,
                TestResult::Missing => return Ok(Verdict::NoSuchTest(test)),
                TestResult::Failed(output) => Some(message(&output, test)),
                TestResult::TimedOut => None,
            };
            let timed_out = output.is_none();
            failed.push(FailedTest {
                test,
                output,
                causes: misconceptions::for_test(self.course, lesson, test),
            });
            // The next tests would probably time out too.
            if timed_out {
                break;
            }
        }
        Ok(if failed.is_empty() {
            Verdict::Passed
        } else if let Some(exercise) = unwritten(exercise, &failed) {
            let tests = failed.iter().map(|failed| failed.test).collect();
            Verdict::Todo { exercise, tests }
        } else {
            Verdict::Failed(failed)
        })
    }
}

/// What the test itself printed. All of the output if the test program ended early.
fn message(output: &str, test: &str) -> String {
    let section = output
        .split_once(&format!("---- {test} stdout ----\n"))
        .and_then(|(_, rest)| rest.split_once("\nfailures:\n"));
    let text = section.map_or(output, |(section, _)| section);
    let is_advice = |line: &&str| line.starts_with("note: run with `RUST_BACKTRACE");
    let lines: Vec<_> = text.lines().filter(|line| !is_advice(line)).collect();
    lines.join("\n").trim().into()
}

/// The exercise whose `todo!` these tests have reached: this one or another one of the lesson.
fn unwritten<'a>(exercise: &ExerciseRef<'a>, failed: &[FailedTest]) -> Option<ExerciseRef<'a>> {
    let is_reached = |one: &ExerciseRef| {
        let panic = format!("not yet implemented: {}", one.exercise.task);
        let mut outputs = failed.iter().filter_map(|failed| failed.output.as_ref());
        outputs.any(|output| output.contains(&panic))
    };
    let others = course::of_lesson(exercise.lesson);
    [*exercise].into_iter().chain(others).find(is_reached)
}
