//! The programs that do the work, each run a process of its own.

use std::fmt::Display;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_derive::Deserialize;

use super::measurements::Form;
use super::saves;
use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::program;
use crate::python::Python;

const ASYNCIO: &str = include_str!("asyncio_rounds.py");
const PYTHON_FETCH: &str = include_str!("http_rounds.py");
const REQUIREMENTS: &str = include_str!("requirements.txt");

#[derive(Clone, Copy)]
pub enum Program {
    /// The benchmark of lesson 3.
    TaskGroup,
    /// The benchmark of lesson 7.
    Fetch,
    Asyncio,
    /// httpx and aiohttp.
    PythonFetch,
    /// `cargo xtask learn watch`.
    Watch,
}

impl Program {
    /// One of the workspace, which has to work; what is not may be missing.
    pub fn is_ours(self) -> bool {
        matches!(self, Self::TaskGroup | Self::Fetch | Self::Watch)
    }
}

/// What one run of a program prints.
#[derive(Deserialize)]
pub struct Sample {
    pub seconds: f64,
    pub peak_kibibytes: Option<f64>,
}

pub struct Programs {
    root: PathBuf,
    task_group: PathBuf,
    fetch: PathBuf,
    server: Server,
    /// Or the reason why there is none.
    python: Result<Python, String>,
    /// The interpreter that has the packages, or the reason why there is none.
    with_packages: Result<PathBuf, String>,
}

impl Programs {
    pub fn prepare(workspace: &Workspace) -> Result<Self, Failure> {
        let task_group = build(workspace, "step3-taskgroup", "task_group")?;
        let fetch = build(workspace, "step7-bounded-retry", "fetch")?;
        let server = Server::start(&fetch)?;
        let python = Python::find(None);
        let with_packages = match &python {
            Ok(python) => install(python, &workspace.target.join("bench-python")),
            Err(reason) => Err(reason.clone()),
        };
        Ok(Self {
            root: workspace.root.clone(),
            task_group,
            fetch,
            server,
            python,
            with_packages,
        })
    }

    /// The name and version of the Python that was found.
    pub fn python(&self) -> Option<String> {
        self.python.as_ref().ok().map(|python| python.name.clone())
    }

    pub fn run(&self, form: &Form) -> Result<Sample, String> {
        let (items, workers) = (&*form.items.to_string(), &*form.workers.to_string());
        let address = &*self.server.address;
        let mut command;
        match form.program {
            Program::TaskGroup => {
                command = Command::new(&self.task_group);
                command.args([form.argument, items, workers]);
            }
            Program::Fetch => {
                command = Command::new(&self.fetch);
                command.args([form.argument, items, workers, address]);
            }
            Program::Asyncio => {
                command = self.python.as_ref().map_err(Clone::clone)?.command();
                command.args(["-c", ASYNCIO, form.argument, items]);
            }
            Program::PythonFetch => {
                command = Command::new(self.with_packages.as_ref().map_err(Clone::clone)?);
                command.args(["-I", "-c", PYTHON_FETCH, form.argument, items, address]);
            }
            Program::Watch => {
                return saves::measure(&self.root)
                    .map_err(|error| format!("from a save to the verdict: {error}"));
            }
        }
        let output = output(&mut command)?;
        serde_json::from_str(&output)
            .map_err(|error| format!("{output:?} is no measurement: {error}"))
    }
}

fn build(workspace: &Workspace, package: &str, bench: &str) -> Result<PathBuf, Failure> {
    let output = workspace
        .cargo()
        .args(["bench", "-q", "--no-run", "-p", package, "--bench", bench])
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::failed(format!("cannot run cargo: {error}")))?;
    let built = program::tests(&String::from_utf8_lossy(&output.stdout)).pop();
    built.map(|program| program.executable).ok_or_else(|| {
        Failure::failed(format!(
            "the benchmark {bench} of {package} cannot be built"
        ))
    })
}

/// A virtual environment of its own, in which the pinned packages are.
fn install(python: &Python, folder: &Path) -> Result<PathBuf, String> {
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let interpreter = programs.join("python");
    let requirements = folder.join("requirements.txt");
    if fs::read_to_string(&requirements).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(interpreter);
    }
    output(python.command().args(["-m", "venv", "--clear"]).arg(folder))?;
    let wanted = folder.join("wanted.txt");
    fs::write(&wanted, REQUIREMENTS).map_err(|error| format!("{}: {error}", wanted.display()))?;
    let mut pip = Command::new(&interpreter);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
    ]);
    output(pip.arg(&wanted))?;
    // Only now is it complete.
    fs::rename(&wanted, &requirements).map_err(|error| error.to_string())?;
    Ok(interpreter)
}

/// What a program prints, or its last words.
fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().to_string_lossy()))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(words.lines().last().unwrap_or("it failed").to_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Answers the fetchers on the loopback. It goes with us, however we go: then its input ends.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(fetch: &Path) -> Result<Self, Failure> {
        let cannot =
            |reason: &dyn Display| Failure::failed(format!("cannot start the server: {reason}"));
        let mut process = Command::new(fetch)
            .arg("server")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| cannot(&error))?;
        let mut address = String::new();
        let stdout = process.stdout.take().expect("it is piped");
        BufReader::new(stdout)
            .read_line(&mut address)
            .map_err(|error| cannot(&error))?;
        Ok(Self {
            process,
            address: address.trim().to_owned(),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
