//! Builds the test program of an exercise and runs the tests of the exercise.

use std::time::Duration;

use super::course::{self, ExerciseRef};
use super::session::Session;
use crate::failure::Failure;
use crate::files;
use crate::lessons;
use crate::test_program::{self, TestResult};
use crate::upkeep::misconceptions;

/// The result of a check.
#[derive(Debug)]
pub enum Verdict<'a> {
    Passed,
    /// With the compiler's errors, or else one message of cargo.
    NotBuilt(Vec<String>),
    /// These tests need a function that is still a `todo!`, of this exercise or of another one.
    Todo(ExerciseRef<'a>, Vec<&'a str>),
    Failed(Vec<FailedTest<'a>>),
}

const TIMED_OUT: &str = "The test timed out and was killed. A loop without an await never gives its \
                         thread back; an await that nothing wakes waits for ever.";

#[derive(Debug)]
pub struct FailedTest<'a> {
    pub test: &'a str,
    /// What the test printed, or that it timed out.
    pub output: String,
    /// The misconceptions that this test detects.
    pub causes: Vec<String>,
}

impl<'a> Session<'a> {
    /// Checks the exercise as it is in the practice folder. `limit` is for each test.
    pub fn check(&self, one: &ExerciseRef<'a>, limit: Duration) -> Result<Verdict<'a>, Failure> {
        let ExerciseRef { lesson, exercise } = *one;
        // Not restored by itself: an editor may be about to write it.
        files::read(&self.file(one))?;
        self.copy(lesson, false)?;
        let mut cargo = lessons::cargo();
        cargo.current_dir(&self.folder);
        let program = match test_program::build(cargo, &self.package(lesson), &exercise.program) {
            Ok(program) => program,
            Err(errors) => return Ok(Verdict::NotBuilt(errors)),
        };
        let folder = self.lesson_folder(lesson);
        let mut failed = Vec::new();
        for test in &exercise.tests {
            let result = test_program::run(&program, &folder, test, limit);
            let timed_out = result == TestResult::TimedOut;
            let output = match result {
                TestResult::Passed => continue,
                TestResult::Missing => return Err(out_of_date(one, test)),
                TestResult::Failed(output) => message(&output, test),
                TestResult::TimedOut => TIMED_OUT.into(),
            };
            let causes = misconceptions::for_test(self.course, lesson, test);
            failed.push(FailedTest {
                test,
                output,
                causes,
            });
            // The next tests would probably time out too.
            if timed_out {
                break;
            }
        }
        if failed.is_empty() {
            return Ok(Verdict::Passed);
        }
        let unwritten = |one: &ExerciseRef| {
            let panic = format!("not yet implemented: {}", one.exercise.task);
            failed.iter().any(|test| test.output.contains(&panic))
        };
        let others = course::of_lesson(lesson);
        Ok(match [*one].into_iter().chain(others).find(unwritten) {
            Some(other) => Verdict::Todo(other, failed.iter().map(|one| one.test).collect()),
            None => Verdict::Failed(failed),
        })
    }
}

fn out_of_date(one: &ExerciseRef, test: &str) -> Failure {
    let (exercise, number) = (&one.exercise.name, one.lesson.number);
    Failure::failed(format!(
        "{exercise} is out of date: the lesson has changed, and your copy has no test {test}.\n\
         Start it again with `cargo xtask learn start {number} --fresh`. Your files are kept in a folder \
         beside it; copy your functions from there."
    ))
}

/// What the test itself printed. All of the output if the test program ended early.
fn message(output: &str, test: &str) -> String {
    let printed = output
        .split_once(&format!("---- {test} stdout ----\n"))
        .and_then(|(_, rest)| rest.split_once("\nfailures:\n"));
    let Some((printed, _)) = printed else {
        return format!("The test program ended early.\n{}", output.trim());
    };
    let is_advice = |line: &&str| line.starts_with("note: run with `RUST_BACKTRACE");
    let lines: Vec<_> = printed.lines().filter(|line| !is_advice(line)).collect();
    lines.join("\n").trim().into()
}
