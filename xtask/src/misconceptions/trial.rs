//! One wrong solution on trial: it is built, and the test that must catch it runs.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::read::{Misconception, Test};
use crate::lessons::Lesson;
use crate::libtest;
use crate::program::{self, Ending, Program};
use crate::scratch::Scratch;

/// Why a misconception is not caught.
pub struct NotCaught {
    /// For a column.
    pub word: &'static str,
    pub words: String,
    /// The compiler's words, or the other tests that failed.
    pub more: Vec<String>,
}

impl NotCaught {
    fn new(word: &'static str, words: String) -> Self {
        let more = Vec::new();
        Self { word, words, more }
    }
}

/// What became of a test.
enum Outcome {
    Passed,
    Failed,
    OutOfTime,
    /// Its program has no test of that name.
    Missing,
    /// Cargo's words. It says so too if there is no such program.
    DoesNotCompile(Vec<String>),
}

/// For a test program. It needs milliseconds; a busy machine is no verdict.
const LIMIT: Duration = Duration::from_secs(60);

/// A lesson in the scratch copy.
pub struct Trial<'a> {
    scratch: &'a Scratch,
    lesson: &'a Lesson,
    folder: PathBuf,
}

impl<'a> Trial<'a> {
    /// `folder` is the lesson's, from the workspace's root.
    pub fn new(scratch: &'a Scratch, lesson: &'a Lesson, folder: &Path) -> Self {
        Self {
            scratch,
            lesson,
            folder: scratch.root().join(folder),
        }
    }

    /// What keeps this test from catching anything: as the lesson stands, it has to pass.
    pub fn without_change(&self, test: &Test) -> io::Result<Option<NotCaught>> {
        let name = &test.name;
        let (words, more) = match self.outcome(test)? {
            Outcome::Passed => return Ok(None),
            Outcome::Missing => (format!("there is no test {name}"), Vec::new()),
            Outcome::Failed => (format!("{name} fails without the change"), Vec::new()),
            Outcome::OutOfTime => (
                format!("{name} does not end without the change"),
                Vec::new(),
            ),
            Outcome::DoesNotCompile(more) => {
                (format!("{name} cannot be built without the change"), more)
            }
        };
        let word = "USELESS TEST";
        Ok(Some(NotCaught { word, words, more }))
    }

    /// Why this wrong solution is not caught by its test, or none if it is.
    pub fn with_change(&self, misconception: &Misconception) -> io::Result<Option<NotCaught>> {
        let test = &misconception.caught_by;
        let name = &test.name;
        let work = || {
            Ok(Some(match self.outcome(test)? {
                Outcome::Failed => return Ok(None),
                Outcome::Passed | Outcome::Missing => self.survived(name)?,
                Outcome::OutOfTime => NotCaught::new("OUT OF TIME", format!("{name} does not end")),
                Outcome::DoesNotCompile(more) => NotCaught {
                    more,
                    ..NotCaught::new("DOES NOT COMPILE", "the compiler refuses it".into())
                },
            }))
        };
        self.scratch
            .with(&misconception.changes, work)
            .unwrap_or_else(|words| Ok(Some(NotCaught::new("DOES NOT APPLY", words))))
    }

    fn survived(&self, test: &str) -> io::Result<NotCaught> {
        let more = self.failures()?;
        let (word, others) = if more.is_empty() {
            ("SURVIVED", "so does every other test")
        } else {
            ("CAUGHT BY OTHERS", "only others do not")
        };
        let words = format!("{test} passes, and {others}");
        Ok(NotCaught { word, words, more })
    }

    /// Builds the test's program, and no other, and runs the test by itself: so it is no other test
    /// that fails, or hangs, or ends the program.
    fn outcome(&self, test: &Test) -> io::Result<Outcome> {
        let programs = match self.build(&["--test", &test.program])? {
            Ok(programs) => programs,
            Err(words) => return Ok(Outcome::DoesNotCompile(words)),
        };
        let Some(program) = programs.first() else {
            return Ok(Outcome::Missing);
        };
        let (ending, output) = self.run(program, &["--exact", &test.name])?;
        Ok(match ending {
            Ending::Passed if libtest::read(&output, "").counts.passed == 0 => Outcome::Missing,
            Ending::Passed => Outcome::Passed,
            Ending::Failed => Outcome::Failed,
            Ending::OutOfTime => Outcome::OutOfTime,
        })
    }

    /// What fails among all tests of the lesson, a line each.
    fn failures(&self) -> io::Result<Vec<String>> {
        let Ok(programs) = self.build(&["--tests"])? else {
            return Ok(vec!["another test program does not compile".into()]);
        };
        let mut lines = Vec::new();
        for program in &programs {
            let name = &program.name;
            let (ending, output) = self.run(program, &[])?;
            let before = lines.len();
            let failed = output.lines().filter_map(failed_test);
            lines.extend(failed.map(|test| format!("{test} fails ({name})")));
            match ending {
                Ending::OutOfTime => lines.push(format!("{name} does not end")),
                Ending::Failed if lines.len() == before => lines.push(format!("{name} dies")),
                _ => {}
            }
        }
        Ok(lines)
    }

    /// These test programs of the lesson, or what the compiler said.
    fn build(&self, which: &[&str]) -> io::Result<Result<Vec<Program>, Vec<String>>> {
        let output = self
            .scratch
            .cargo()
            .args(["test", "--quiet", "--no-run", "-p", &self.lesson.name])
            .args(["--message-format", "json-render-diagnostics"])
            .args(which)
            .output()?;
        Ok(if output.status.success() {
            Ok(program::tests(&String::from_utf8_lossy(&output.stdout)))
        } else {
            let words = String::from_utf8_lossy(&output.stderr);
            Err(words.lines().map(String::from).collect())
        })
    }

    fn run(&self, program: &Program, arguments: &[&str]) -> io::Result<(Ending, String)> {
        let mut command = Command::new(&program.executable);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("RUST_BACKTRACE", "0");
        let log = self.scratch.root().with_file_name("tests.log");
        program::run(command, LIMIT, &log)
    }
}

/// `test NAME ... FAILED`
fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}
