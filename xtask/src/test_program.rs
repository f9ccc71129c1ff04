//! Builds one test program with cargo, and runs one test of it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_derive::Serialize;
use serde_json::Value;

use crate::process;

/// Builds `tests/PROGRAM.rs` or `tests/PROGRAM/main.rs` of the package. `cargo` is a command for
/// cargo with its folder and its environment. The errors are the compiler's, each as it would print
/// it, or else one message of cargo.
pub fn build(mut cargo: Command, package: &str, program: &str) -> Result<PathBuf, Vec<String>> {
    cargo
        .args(["test", "--no-run", "--message-format=json", "-p", package])
        .args(["--test", program]);
    let captured = process::capture(&mut cargo, "", Duration::MAX);
    let captured = captured.map_err(|error| vec![format!("cannot run cargo: {error}")])?;
    let (mut errors, mut executable) = (Vec::new(), None);
    for line in captured.stdout.lines() {
        let message: Value = serde_json::from_str(line).unwrap_or_default();
        let diagnostic = &message["message"];
        if diagnostic["level"] == "error" {
            errors.extend(diagnostic["rendered"].as_str().map(String::from));
        }
        if message["target"]["name"] == program {
            let path = message["executable"].as_str().map(PathBuf::from);
            executable = path.or(executable);
        }
    }
    match executable {
        Some(executable) if captured.success == Some(true) => Ok(executable),
        _ if errors.is_empty() => Err(vec![captured.stderr]),
        _ => Err(errors),
    }
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
pub fn run(executable: &Path, folder: &Path, test: &str, limit: Duration) -> TestResult {
    let mut command = Command::new(executable);
    command
        .current_dir(folder)
        .args(["--exact", test])
        .env("RUST_BACKTRACE", "0");
    let captured = match process::capture(&mut command, "", limit) {
        Ok(captured) => captured,
        Err(error) => return TestResult::Failed(format!("cannot run the test: {error}")),
    };
    match captured.success {
        None => TestResult::TimedOut,
        Some(false) => TestResult::Failed(captured.stdout + &captured.stderr),
        Some(true) if Counts::of(&captured.stdout).passed == 0 => TestResult::Missing,
        Some(true) => TestResult::Passed,
    }
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
        let results = output
            .lines()
            .filter_map(|line| line.split_once("test result: "));
        for part in results.flat_map(|(_, result)| result.split([';', '.'])) {
            let (count, kind) = part.trim().split_once(' ').unwrap_or_default();
            let count: u32 = count.parse().unwrap_or(0);
            match kind {
                "passed" => counts.passed += count,
                "failed" => counts.failed += count,
                "ignored" => counts.ignored += count,
                _ => {}
            }
        }
        counts
    }
}
