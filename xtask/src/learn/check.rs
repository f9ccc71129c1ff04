//! One exercise on trial: what belongs to it is built, and its tests run.

use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::compiler;
use super::course::{self, Place};
use super::practice::Practice;
use crate::failure::Failure;
use crate::libtest::{self, Failed};
use crate::program::{self, Ending, Program};

/// What came of it.
#[derive(Debug)]
pub enum Verdict<'a> {
    Passed,
    /// The compiler's errors, the first one first.
    DoesNotCompile(Vec<String>),
    /// Cargo's words: it has not come to the compiler.
    NotBuilt(String),
    /// These tests fail, because this exercise is still a `todo!`.
    Todo(Place<'a>, Vec<String>),
    Failed(Vec<Failed>),
    /// These tests had not ended.
    OutOfTime(Vec<String>),
}

/// How long the tests may take. They need milliseconds; a loop without an end needs to be heard of.
pub const LIMIT: Duration = Duration::from_secs(10);

/// Builds the exercise's test program, and no other, and runs the exercise's tests in it.
pub fn check<'a>(
    practice: &Practice,
    place: Place<'a>,
    limit: Duration,
) -> Result<Verdict<'a>, Failure> {
    let mut cargo = practice.cargo();
    cargo
        .args(["test", "--quiet", "--no-run", "-p"])
        .arg(practice.package(place.lesson))
        .args(["--test", &place.exercise.program])
        .args(["--message-format", compiler::FORMAT]);
    let (messages, words) = match build(cargo)? {
        Built::Well(messages) => (messages, String::new()),
        Built::Badly(messages, words) => (messages, words),
    };
    if !words.is_empty() {
        let errors = compiler::errors(&messages);
        return Ok(if errors.is_empty() {
            Verdict::NotBuilt(words)
        } else {
            Verdict::DoesNotCompile(errors)
        });
    }
    let programs = program::tests(&messages);
    let [program] = &programs[..] else {
        return Err(Failure::failed(format!(
            "{}: cargo built {} test programs `{}`, and not one",
            place.name(),
            programs.len(),
            place.exercise.program
        )));
    };
    run(practice, place, program, limit)
}

pub enum Built {
    /// Cargo's JSON.
    Well(String),
    /// Cargo's JSON, and what it said besides.
    Badly(String, String),
}

/// Runs a build of cargo's to its end. If that takes long, it says so: cargo itself is quiet.
pub fn build(mut cargo: Command) -> Result<Built, Failure> {
    let (done, is_done) = mpsc::channel::<()>();
    let patience = thread::spawn(move || {
        let long = Duration::from_secs(8);
        if is_done.recv_timeout(long) == Err(mpsc::RecvTimeoutError::Timeout) {
            eprintln!(
                "still building, or waiting for another cargo; the first time takes a minute"
            );
        }
    });
    let output = cargo
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::failed(format!("cannot run cargo: {error}")));
    drop(done);
    let _ = patience.join();
    let output = output?;
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(if output.status.success() {
        Built::Well(messages)
    } else {
        let words = String::from_utf8_lossy(&output.stderr);
        // Whatever ended it, there is something to say.
        let words = format!("{}\n({})", words.trim_end(), output.status);
        Built::Badly(messages, words)
    })
}

fn run<'a>(
    practice: &Practice,
    place: Place<'a>,
    program: &Program,
    limit: Duration,
) -> Result<Verdict<'a>, Failure> {
    let exercise = place.exercise;
    let mut command = Command::new(&program.executable);
    command
        .arg("--exact")
        .args(&exercise.tests)
        .current_dir(practice.lesson_folder(place.lesson))
        .env("RUST_BACKTRACE", "0");
    let (ending, mut output) = log(practice, "tests")
        .and_then(|log| program::run(command, limit, &log))
        .map_err(|error| Failure::failed(format!("the tests cannot be run: {error}")))?;

    if ending == Ending::OutOfTime {
        let has_ended = |test: &str| {
            let line = format!("test {test} ... ");
            let result = output
                .lines()
                .find_map(|printed| printed.strip_prefix(&line));
            result.is_some_and(|result| !result.is_empty())
        };
        let tests = exercise.tests.iter();
        let unfinished = tests.filter(|test| !has_ended(test)).cloned();
        return Ok(Verdict::OutOfTime(unfinished.collect()));
    }
    if ending == Ending::Failed {
        // The line by which `libtest` knows whose failures it has read. It is cargo's.
        output.push_str("\nerror: test failed, to rerun pass `--test`\n");
    }
    let mut report = libtest::read(&output, "");
    // As the exercise has them, and not as they happened to end.
    let place_of = |failed: &Failed| {
        let mut tests = exercise.tests.iter();
        tests.position(|test| Some(test) == failed.test.as_ref())
    };
    report.failures.sort_by_key(place_of);
    let ran = report.counts.passed + report.counts.failed;
    if ending == Ending::Passed && usize::try_from(ran) != Ok(exercise.tests.len()) {
        return Err(Failure::failed(format!(
            "{}: of its {} tests {ran} are in the test program `{}`",
            place.name(),
            exercise.tests.len(),
            exercise.program
        )));
    }
    if ending == Ending::Passed {
        return Ok(Verdict::Passed);
    }
    let failures = report.failures;
    let unwritten = unwritten(place, &failures);
    Ok(match unwritten {
        Some(unwritten) => {
            let tests = failures.into_iter().filter_map(|failed| failed.test);
            Verdict::Todo(unwritten, tests.collect())
        }
        None => Verdict::Failed(failures),
    })
}

/// The exercise whose `todo!` the tests came upon: this one, or another of the lesson.
fn unwritten<'a>(place: Place<'a>, failures: &[Failed]) -> Option<Place<'a>> {
    let lines = || failures.iter().flat_map(|failed| &failed.words);
    let came_upon = |place: &Place| {
        let words = format!("not yet implemented: {}", place.exercise.task);
        lines().any(|line| line.contains(&words))
    };
    let others = course::of_lesson(place.lesson);
    [place].into_iter().chain(others).find(came_upon)
}

/// A file for what a program prints. Every practice folder has its own.
pub fn log(practice: &Practice, name: &str) -> io::Result<PathBuf> {
    let folder = practice.workspace.target.join("xtask");
    std::fs::create_dir_all(&folder)?;
    let process = std::process::id();
    Ok(folder.join(format!("learn-{name}-{process}.log")))
}
