use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

pub use crate::run::Run;

/// No test here takes so long on any machine.
const LIMIT: Duration = Duration::from_secs(20);

pub const NO_ROOTS: [(&str, &str); 2] = [
    ("SSL_CERT_FILE", "/dev/null"),
    ("SSL_CERT_DIR", "/dev/null"),
];

/// The program, without environment variables that change what it does, and without root certificates:
/// to read those of the machine takes longer than most runs here.
pub fn asyncfetch() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_asyncfetch"));
    program
        .env("NO_PROXY", "*")
        .env_remove("CLICOLOR_FORCE")
        .envs(NO_ROOTS)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    program
}

/// With the root certificates of the machine.
pub fn with_roots(program: &mut Command) -> &mut Command {
    for (name, _) in NO_ROOTS {
        program.env_remove(name);
    }
    program
}

/// The program as most tests need it: JSON lines, short delays, and a short deadline.
pub fn ndjson(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut program = asyncfetch();
    program
        .args(["--format", "ndjson", "--base-delay", "1ms"])
        .args(["--deadline", "60s"])
        .args(arguments);
    program
}

/// A program that runs. It is killed when this is dropped, and after [`LIMIT`].
pub struct Running {
    #[cfg(unix)]
    pub id: u32,
    pub stdin: Option<ChildStdin>,
    pub stdout: Option<ChildStdout>,
    pub stderr: Option<ChildStderr>,
    ended: JoinHandle<ExitStatus>,
    _dropped: Sender<()>,
}

pub fn start(program: &mut Command) -> Running {
    let mut child = program.spawn().unwrap();
    let (dropped, is_dropped) = mpsc::channel();
    Running {
        #[cfg(unix)]
        id: child.id(),
        stdin: child.stdin.take(),
        stdout: child.stdout.take(),
        stderr: child.stderr.take(),
        _dropped: dropped,
        ended: thread::spawn(move || {
            let limit = Instant::now() + LIMIT;
            loop {
                if let Some(status) = child.try_wait().unwrap() {
                    return status;
                }
                let wait = is_dropped.recv_timeout(Duration::from_millis(1));
                if wait == Err(RecvTimeoutError::Disconnected) || Instant::now() > limit {
                    child.kill().unwrap();
                    return child.wait().unwrap();
                }
            }
        }),
    }
}

impl Running {
    #[cfg(unix)]
    pub fn has_ended(&self) -> bool {
        self.ended.is_finished()
    }

    /// Closes standard input, and waits for the end of the program.
    pub fn wait(mut self) -> Run {
        drop(self.stdin.take());
        let err = self.stderr.take();
        let err = thread::spawn(|| io::read_to_string(err.unwrap()).unwrap());
        let mut out = String::new();
        if let Some(mut stdout) = self.stdout.take() {
            stdout.read_to_string(&mut out).unwrap();
        }
        Run {
            code: self.ended.join().unwrap().code(),
            out,
            err: err.join().unwrap(),
        }
    }
}

pub fn run(program: &mut Command) -> Run {
    start(program).wait()
}

/// Runs the program with this standard input.
pub fn run_with(program: &mut Command, input: &[u8]) -> Run {
    let mut running = start(program.stdin(Stdio::piped()));
    running.stdin.take().unwrap().write_all(input).unwrap();
    running.wait()
}

impl Run {
    /// The kind of each failure, or `ok`.
    pub fn kinds(&self) -> Vec<String> {
        self.objects().iter().map(kind).collect()
    }
}

pub fn kind(object: &Value) -> String {
    let kind = object["error"]["kind"].as_str();
    assert_eq!(object["ok"], kind.is_none());
    kind.unwrap_or("ok").to_owned()
}
