//! Builds one test program with cargo, and runs one test of it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_derive::{Deserialize, Serialize};

use crate::process::{self, ExitKind};

/// What cargo made of `--test NAME`.
pub enum Build {
    Ready(PathBuf),
    /// The compiler's errors, each as it would print it, or else cargo's own message.
    Failed(Vec<String>),
}

/// Builds `tests/PROGRAM.rs` or `tests/PROGRAM/main.rs` of the package. `cargo` is a command for
/// cargo with its folder and its environment.
pub fn build(mut cargo: Command, package: &str, program: &str) -> io::Result<Build> {
    cargo
        .args(["test", "--no-run", "--message-format=json", "-p", package])
        .args(["--test", program]);
    let captured = process::capture(&mut cargo, "", Duration::MAX)?;
    let messages: Vec<Message> = captured
        .stdout
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let mut errors = Vec::new();
    let mut executable = None;
    for message in messages {
        if let Some(Diagnostic { level, rendered }) = message.diagnostic {
            if level == "error" {
                errors.push(rendered);
            }
        }
        let is_program = message.target.is_some_and(|target| target.name == program);
        executable = message.executable.filter(|_| is_program).or(executable);
    }
    Ok(match executable {
        Some(executable) if captured.exit == ExitKind::Success => Build::Ready(executable),
        _ if errors.is_empty() => Build::Failed(vec![captured.stderr]),
        _ => Build::Failed(errors),
    })
}

/// A line of cargo's JSON.
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
    target: Option<Target>,
    #[serde(rename = "message")]
    diagnostic: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: String,
}

#[derive(Debug, PartialEq)]
pub enum TestResult {
    Passed,
    /// With what the test printed.
    Failed(String),
    TimedOut,
    /// The program has no test of this name.
    Missing,
}

/// Runs the test with this full name, in `folder`, where cargo would run it too.
pub fn run(
    executable: &Path,
    folder: &Path,
    test: &str,
    limit: Duration,
) -> io::Result<TestResult> {
    let mut command = Command::new(executable);
    command
        .current_dir(folder)
        .args(["--exact", test])
        .env("RUST_BACKTRACE", "0");
    let captured = process::capture(&mut command, "", limit)?;
    let counts = Counts::of(&captured.stdout);
    Ok(match captured.exit {
        ExitKind::TimedOut => TestResult::TimedOut,
        ExitKind::Success if counts.passed == 0 => TestResult::Missing,
        ExitKind::Success => TestResult::Passed,
        ExitKind::Failed(_) => TestResult::Failed(captured.stdout + &captured.stderr),
    })
}

/// The sums of the lines `test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; ...`.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
    pub ignored: u32,
}

impl Counts {
    pub fn of(output: &str) -> Self {
        let mut counts = Self::default();
        for line in output.lines() {
            let Some((_, result)) = line.split_once("test result: ") else {
                continue;
            };
            for part in result.split([';', '.']) {
                match part.trim().split_once(' ') {
                    Some((count, "passed")) => counts.passed += count.parse().unwrap_or(0),
                    Some((count, "failed")) => counts.failed += count.parse().unwrap_or(0),
                    Some((count, "ignored")) => counts.ignored += count.parse().unwrap_or(0),
                    _ => {}
                }
            }
        }
        counts
    }
}
