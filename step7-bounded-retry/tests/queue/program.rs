use std::io::{self, Read, Write};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::redis::Redis;
pub use crate::run::Run;

/// No test here takes so long on any machine.
pub const LIMIT: Duration = Duration::from_secs(300);

/// `asyncfetch queue`, running. It is killed when this is dropped, and after [`LIMIT`].
pub struct Process {
    child: Arc<Mutex<Child>>,
    err: Option<ChildStderr>,
    _dropped: Sender<()>,
}

/// Starts a command on the queue of the server.
pub fn start(redis: &Redis, command: &str, options: &[&str]) -> Process {
    start_at(&redis.url(), command, options)
}

pub fn start_at(address: &str, command: &str, options: &[&str]) -> Process {
    let mut program = Command::new(env!("CARGO_BIN_EXE_asyncfetch"));
    program
        .args(["queue", command, address])
        .args(options)
        .env("NO_PROXY", "*")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    let err = child.stderr.take();
    let child = Arc::new(Mutex::new(child));
    let (dropped, is_dropped) = mpsc::channel();
    let watched = Arc::clone(&child);
    thread::spawn(move || {
        if is_dropped.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
            let _ = watched.lock().unwrap().kill();
        }
    });
    Process {
        child,
        err,
        _dropped: dropped,
    }
}

/// A worker that stays. Its delays are short.
pub fn worker(redis: &Redis) -> Process {
    let delays = ["--follow", "--base-delay", "1ms"];
    start(redis, "work", &delays)
}

/// Adds the lines, to the end.
pub fn add(redis: &Redis, lines: &str) {
    let run = start(redis, "add", &[]).end_with(lines);
    assert_eq!(run.code, Some(0), "{run:?}");
}

impl Process {
    pub fn id(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    pub fn interrupt(&self) {
        let kill = format!("kill -s INT {}", self.id());
        let status = Command::new("sh").args(["-c", &kill]).status();
        assert!(status.unwrap().success());
    }

    /// Reads standard error up to this text.
    pub fn wait_for(&mut self, text: &str) {
        let mut read = Vec::new();
        let err = self.err.as_mut().unwrap();
        while !String::from_utf8_lossy(&read).contains(text) {
            let mut byte = [0];
            err.read_exact(&mut byte)
                .unwrap_or_else(|_| panic!("{:?}", String::from_utf8_lossy(&read)));
            read.push(byte[0]);
        }
    }

    pub fn write(&mut self, lines: &str) {
        let mut child = self.child.lock().unwrap();
        let input = child.stdin.as_mut().unwrap();
        input.write_all(lines.as_bytes()).unwrap();
    }

    /// Closes standard input after these lines, and waits for the end.
    pub fn end_with(mut self, lines: &str) -> Run {
        let mut child = self.child.lock().unwrap();
        let mut input = child.stdin.take().unwrap();
        let mut out = child.stdout.take().unwrap();
        drop(child);
        let mut err = self.err.take().unwrap();
        thread::scope(|scope| {
            // It fails if the program has ended.
            scope.spawn(move || input.write_all(lines.as_bytes()));
            let err = scope.spawn(move || io::read_to_string(&mut err).unwrap());
            let out = scope.spawn(move || io::read_to_string(&mut out).unwrap());
            let mut code = None;
            until(|| {
                code = self.child.lock().unwrap().try_wait().unwrap();
                code.is_some()
            });
            Run {
                code: code.unwrap().code(),
                out: out.join().unwrap(),
                err: err.join().unwrap(),
            }
        })
    }

    pub fn end(self) -> Run {
        self.end_with("")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Waits until something is so.
pub fn until(mut is_so: impl FnMut() -> bool) {
    let limit = Instant::now() + LIMIT;
    while !is_so() {
        assert!(Instant::now() < limit, "it takes too long");
        thread::park_timeout(Duration::from_millis(2));
    }
}

/// The outcomes of a queue that is done.
pub fn results(redis: &Redis) -> Run {
    start(redis, "results", &["--follow"]).end()
}

/// The number that `status` gives to this count.
pub fn status(redis: &Redis, count: &str) -> usize {
    let run = start(redis, "status", &[]).end();
    assert_eq!(run.code, Some(0), "{run:?}");
    let line = run.out.lines().find_map(|line| line.strip_prefix(count));
    let number = line.unwrap().split_whitespace().next().unwrap();
    number.parse().unwrap()
}
