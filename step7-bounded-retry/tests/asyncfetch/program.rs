use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The program, without what the surroundings may say to it.
pub fn asyncfetch() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_asyncfetch"));
    program
        .env("NO_PROXY", "*")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    program
}

/// The program with what most tests want: JSON, no long waits, and an end in any case.
pub fn ndjson(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut program = asyncfetch();
    program
        .args(["--format", "ndjson", "--base-delay", "1ms"])
        .args(["--deadline", "10s"])
        .args(arguments);
    program
}

pub fn run(program: &mut Command) -> Run {
    Run::from(program.output().unwrap())
}

/// Runs it with this on standard input, which ends then.
pub fn run_with(program: &mut Command, input: &[u8]) -> Run {
    let mut running = program.stdin(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(input).unwrap();
    Run::from(running.wait_with_output().unwrap())
}

/// How it ended, and what it said.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    /// The objects in the order of their indexes, each of which there is once.
    pub fn objects(&self) -> Vec<Value> {
        let objects = self
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let mut objects: Vec<Value> = objects.collect();
        objects.sort_by_key(|object| object["index"].as_u64());
        let indexes = objects.iter().map(|object| object["index"].as_u64());
        assert!(indexes.eq((0..).take(objects.len()).map(Some)), "{self:?}");
        objects
    }

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
