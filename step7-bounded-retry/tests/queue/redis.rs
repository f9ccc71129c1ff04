use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

/// A server on a free port of this machine, with a folder of its own. Dropping it kills it.
pub struct Redis {
    program: &'static str,
    pub port: u16,
    password: Option<&'static str>,
    folder: TempDir,
    running: Option<(Child, BufReader<ChildStdout>)>,
}

/// A server that has started; [`None`] if none is installed.
pub fn start() -> Option<Redis> {
    start_with(None)
}

pub fn start_with(password: Option<&'static str>) -> Option<Redis> {
    let is_installed = |program: &&str| {
        let mut version = Command::new(program);
        let version = version.arg("--version").stdout(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    };
    let Some(program) = ["redis-server", "valkey-server"]
        .into_iter()
        .find(is_installed)
    else {
        let is_required = env::var_os("QUEUE_TESTS").is_some_and(|value| value == "required");
        assert!(
            !is_required,
            "neither redis-server nor valkey-server is installed"
        );
        eprintln!("skipped: neither redis-server nor valkey-server is installed");
        return None;
    };
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut redis = Redis {
        program,
        port: port.local_addr().unwrap().port(),
        password,
        folder: tempfile::tempdir().unwrap(),
        running: None,
    };
    drop(port);
    redis.start_again();
    Some(redis)
}

impl Redis {
    /// Starts it with the data that it had when it was killed, and waits until it is ready.
    pub fn start_again(&mut self) {
        let mut command = Command::new(self.program);
        command
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--appendonly", "yes", "--appendfsync", "always"])
            .args(["--save", "", "--dir"])
            .arg(self.folder.path())
            .stdout(Stdio::piped());
        if let Some(password) = self.password {
            command.args(["--requirepass", password]);
        }
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap());
        let mut lines = log.by_ref().lines().map_while(Result::ok);
        let is_ready = lines.any(|line| line.contains("Ready to accept connections"));
        self.running = Some((child, log));
        assert!(is_ready, "{} does not start", self.program);
    }

    pub fn kill(&mut self) {
        let (mut child, _) = self.running.take().expect("it is running");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Runs a command. Its answer is a number, or a text, or empty.
    pub fn run(&self, command: &[&str]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut send = |line: String| stream.write_all(line.as_bytes()).unwrap();
        send(format!("*{}\r\n", command.len()));
        for argument in command {
            send(format!("${}\r\n{argument}\r\n", argument.len()));
        }
        let mut answer = BufReader::new(stream);
        let mut line = String::new();
        answer.read_line(&mut line).unwrap();
        assert!(!line.starts_with('-'), "{command:?}: {line}");
        if line.starts_with('$') && line.trim_end() != "$-1" {
            line.clear();
            answer.read_line(&mut line).unwrap();
            return line.trim_end().to_owned();
        }
        line.trim_end()
            .trim_start_matches([':', '+', '$'])
            .replace("-1", "")
    }

    /// The worker that owns each partition which is owned.
    pub fn owners(&self) -> Vec<(u32, String)> {
        let owner = |partition| self.run(&["GET", &format!("{{asyncfetch:{partition}}}:lease")]);
        let owners = (0..64).map(|partition| (partition, owner(partition)));
        owners.filter(|(_, owner)| !owner.is_empty()).collect()
    }

    /// What would happen six seconds after the worker's end: its leases are over.
    pub fn end_leases(&self, worker: &str) {
        for (partition, owner) in self.owners() {
            if owner == worker {
                self.run(&["DEL", &format!("{{asyncfetch:{partition}}}:lease")]);
            }
        }
        self.run(&["ZREM", "asyncfetch:workers", worker]);
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.kill();
        }
    }
}
