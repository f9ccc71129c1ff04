//! Programs that answer: input in, output back.

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::thread;

use crate::failure::Failure;

/// What the program prints, given this input.
pub fn ask(mut command: Command, input: &str) -> Result<String, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let cannot = |error: io::Error| Failure::failed(format!("cannot run {program}: {error}"));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(cannot)?;
    let stdin = child.stdin.take();
    let output = thread::scope(|scope| {
        // A program that does not read to the end has failed, and its exit code says so.
        scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(input.as_bytes())));
        child.wait_with_output()
    });
    let output = output.map_err(cannot)?;
    let words = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        let _ = io::stderr().write_all(words.as_bytes());
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = format!("{program}: {}\n{}", output.status, words.trim_end());
    match output.status.code() {
        Some(2) => Err(Failure::usage(words)),
        _ => Err(Failure::failed(words)),
    }
}
