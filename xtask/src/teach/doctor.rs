//! `cargo xtask doctor`: what this machine lacks, and how to fix it.
//!
//! This program has been compiled, so Rust, a linker and its own dependencies are there.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitCode};

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::process;
use crate::style::{BAD, BOLD, GOOD, is_utf8};

struct Problem {
    what: String,
    /// A command, where there is one.
    fix: &'static str,
}

/// Commands that must succeed, each with its fix.
const REQUIRED: [(&str, &str); 2] = [
    ("cargo fmt --version", "rustup component add rustfmt"),
    ("cargo clippy --version", "rustup component add clippy"),
];
/// Commands that most of the workspace does not need, each with its fix.
const OPTIONAL: [(&str, &str); 3] = [
    // The lessons have more dependencies than this program.
    ("cargo tree --workspace --offline", "cargo fetch"),
    ("git --version", "install git, for `cargo xtask pack`"),
    (PYTHON, "install Python 3.11, for `cargo xtask parity`"),
];
const PYTHON: &str = "python3 -c __import__('asyncio').TaskGroup";

pub fn run() -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let mut problems: Vec<_> = REQUIRED.into_iter().filter_map(failing).collect();
    for folder in [&workspace.root, &workspace.target] {
        let what = format!("cannot write to {}", folder.display());
        let fix = "copy the workspace to a folder that you may write to";
        problems.extend(problem(tempfile::tempfile_in(folder), &what, fix));
    }
    // The tests start servers on this address.
    let connect = || TcpStream::connect(TcpListener::bind("127.0.0.1:0")?.local_addr()?);
    let what = "cannot connect to a server on 127.0.0.1";
    problems.extend(problem(connect(), what, "allow it in the firewall"));

    let mut notes: Vec<_> = OPTIONAL.into_iter().filter_map(failing).collect();
    if !is_utf8() {
        let what = "the locale is not UTF-8: timelines may be unreadable".into();
        let fix = "export LC_ALL=C.UTF-8";
        notes.push(Problem { what, fix });
    }

    let mut out = anstream::stdout();
    let needs = [(&problems, "missing ", BAD), (&notes, "optional", BOLD)];
    for (problems, need, style) in needs {
        for Problem { what, fix } in problems {
            writeln!(out, "{style}{need}{style:#} {what}\n         fix: {fix}")?;
        }
    }
    if !problems.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    writeln!(out, "{GOOD}This machine is ready for the lessons.{GOOD:#}")?;
    Ok(ExitCode::SUCCESS)
}

fn problem<T>(result: io::Result<T>, what: &str, fix: &'static str) -> Option<Problem> {
    let what = format!("{what}: {}", result.err()?);
    Some(Problem { what, fix })
}

fn failing((command, fix): (&str, &'static str)) -> Option<Problem> {
    let mut words = command.split(' ');
    let mut program = Command::new(words.next()?);
    let is_failing = process::output(program.args(words), "").is_err();
    let what = format!("`{command}` fails");
    is_failing.then_some(Problem { what, fix })
}
