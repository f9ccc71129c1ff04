//! `cargo xtask doctor`: what this machine lacks, and how to fix it.
//!
//! This program has been compiled, so Rust, a linker and its own dependencies are there.

use std::io::Write;
use std::net::TcpListener;
use std::process::{Command, ExitCode};

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::process;
use crate::style::{BAD, BOLD, GOOD, is_utf8};

const MISSING: &str = "missing ";
const OPTIONAL: &str = "optional";

/// Commands that must succeed, each with its fix.
const REQUIRED: [(&str, &str); 2] = [
    ("cargo fmt --version", "rustup component add rustfmt"),
    ("cargo clippy --version", "rustup component add clippy"),
];
/// Commands that most of the workspace does not need, each with its fix.
const USEFUL: [(&str, &str); 3] = [
    // The lessons have more dependencies than this program.
    ("cargo tree --workspace --offline", "cargo fetch"),
    ("git --version", "install git, for `cargo xtask pack`"),
    (PYTHON, "install Python 3.11, for `cargo xtask parity`"),
];
const PYTHON: &str = "python3 -c __import__('asyncio').TaskGroup";

pub fn run() -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let mut problems = Vec::new();
    let required = REQUIRED.map(|command| (MISSING, command));
    let useful = USEFUL.map(|command| (OPTIONAL, command));
    for (need, (command, fix)) in required.into_iter().chain(useful) {
        let mut words = command.split(' ');
        let mut program = Command::new(words.next().unwrap_or_default());
        if process::output(program.args(words), "").is_err() {
            problems.push((need, format!("`{command}` fails"), fix));
        }
    }
    for folder in [&workspace.root, &workspace.target] {
        if let Err(error) = tempfile::tempfile_in(folder) {
            let what = format!("cannot write to {}: {error}", folder.display());
            let fix = "copy the workspace to a folder that you may write to";
            problems.push((MISSING, what, fix));
        }
    }
    // The tests start servers on this address.
    if let Err(error) = TcpListener::bind("127.0.0.1:0") {
        let what = format!("cannot start a server on 127.0.0.1: {error}");
        problems.push((MISSING, what, "allow it in the firewall"));
    }
    if !is_utf8() {
        let what = "the locale is not UTF-8: timelines may be unreadable".into();
        problems.push((OPTIONAL, what, "export LC_ALL=C.UTF-8"));
    }

    let mut out = anstream::stdout();
    for (need, what, fix) in &problems {
        let style = if *need == MISSING { BAD } else { BOLD };
        writeln!(out, "{style}{need}{style:#} {what}\n         fix: {fix}")?;
    }
    if problems.iter().any(|(need, ..)| *need == MISSING) {
        return Ok(ExitCode::FAILURE);
    }
    writeln!(out, "{GOOD}This machine is ready for the lessons.{GOOD:#}")?;
    Ok(ExitCode::SUCCESS)
}
