//! Runs a program and captures what it prints.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;

#[derive(Debug)]
pub struct Captured {
    pub stdout: String,
    pub stderr: String,
    /// None if it was killed, at its time limit or by [`interrupt`].
    pub success: Option<bool>,
}

/// Runs the program with this input, for at most `limit`.
///
/// Input and output are files, not pipes: a file never fills up, and a process that the program
/// has started and left behind cannot keep us waiting for its end.
pub fn capture(command: &mut Command, input: &str, limit: Duration) -> io::Result<Captured> {
    let mut stdin = tempfile::tempfile()?;
    stdin.write_all(input.as_bytes())?;
    stdin.rewind()?;
    let (stdout, stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
    command
        .stdin(stdin)
        .stdout(stdout.try_clone()?)
        .stderr(stderr.try_clone()?);
    let success = wait(command.spawn()?, limit)?;
    let (stdout, stderr) = (read(stdout)?, read(stderr)?);
    Ok(Captured {
        stdout,
        stderr,
        success,
    })
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Kills the program that [`capture`] runs, in any thread, and each one that it is asked to run later.
pub fn interrupt() {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

fn wait(mut child: Child, limit: Duration) -> io::Result<Option<bool>> {
    let start = Instant::now();
    while start.elapsed() < limit && !is_interrupted() {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        thread::sleep(Duration::from_millis(5));
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// All of the file, from its beginning.
pub fn read(mut file: File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Runs the program to its end.
pub fn status(command: &mut Command) -> Result<ExitStatus, Failure> {
    let status = command.status();
    status.map_err(|error| cannot_run(command, &error))
}

/// What a program prints, given this input. A program that fails is an error with its messages.
pub fn output(command: &mut Command, input: &str) -> Result<String, Failure> {
    let captured = capture(command, input, Duration::MAX);
    let captured = captured.map_err(|error| cannot_run(command, &error))?;
    if captured.success == Some(true) {
        return Ok(captured.stdout);
    }
    let program = command.get_program().to_string_lossy();
    let message = captured.stderr.trim_end();
    Err(Failure::failed(format!("{program} failed:\n{message}")))
}

fn cannot_run(command: &Command, error: &io::Error) -> Failure {
    let program = command.get_program().to_string_lossy();
    Failure::failed(format!("cannot run {program}: {error}"))
}
