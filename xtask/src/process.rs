//! Runs a program and captures what it prints.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;

#[derive(Debug)]
pub struct Captured {
    pub stdout: String,
    pub stderr: String,
    pub exit: ExitKind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExitKind {
    Success,
    Failed(ExitStatus),
    /// It was killed, at its time limit or by [`interrupt`].
    TimedOut,
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
    let exit = wait(command, limit)?;
    Ok(Captured {
        stdout: read(stdout)?,
        stderr: read(stderr)?,
        exit,
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

fn wait(command: &mut Command, limit: Duration) -> io::Result<ExitKind> {
    let mut child = command.spawn()?;
    let start = Instant::now();
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(ExitKind::Success),
            Some(status) => return Ok(ExitKind::Failed(status)),
            None if start.elapsed() < limit && !is_interrupted() => {
                thread::sleep(Duration::from_millis(5));
            }
            None => {
                child.kill()?;
                child.wait()?;
                return Ok(ExitKind::TimedOut);
            }
        }
    }
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

fn cannot_run(command: &Command, error: &io::Error) -> Failure {
    let program = command.get_program().to_string_lossy();
    Failure::failed(format!("cannot run {program}: {error}"))
}

/// What a program prints, given this input. A program that fails is an error with its messages.
pub fn output(command: &mut Command, input: &str) -> Result<String, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let captured =
        capture(command, input, Duration::MAX).map_err(|error| cannot_run(command, &error))?;
    match captured.exit {
        ExitKind::Success => Ok(captured.stdout),
        ExitKind::Failed(status) => {
            let message = format!("{program}: {status}\n{}", captured.stderr.trim_end());
            Err(match status.code() {
                Some(2) => Failure::usage(message),
                _ => Failure::failed(message),
            })
        }
        ExitKind::TimedOut => Err(Failure::failed(format!("{program} timed out"))),
    }
}
