//! `cargo xtask doctor`: whether this machine has all that the workspace needs, and for each thing that
//! it lacks, the one line that mends it.

mod machine;
mod toolchain;

use std::env;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{self, ExitCode};

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::python::Python;
use crate::style::{BAD, BOLD, GOOD};

/// What came of a check.
enum Finding {
    Ready(String),
    /// Without it, something that the course needs does not work.
    Missing(Trouble),
    /// Everything works without it, but for what is said.
    Note(Trouble),
}

struct Trouble {
    what: String,
    /// A command, or what else to do.
    mend: String,
}

impl Trouble {
    fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        let (what, mend) = (what.into(), mend.into());
        Self { what, mend }
    }
}

pub fn run() -> Result<ExitCode, Failure> {
    let cargo = toolchain::cargo();
    let has_cargo = matches!(cargo, Finding::Ready(_));
    let rust = toolchain::rust();
    let has_rust = matches!(rust, Finding::Ready(_));
    let mut report = Report::default();
    report.add("Rust", rust)?;
    report.add("cargo", cargo)?;

    // Without a workspace, any folder will do to try things in.
    let mut target = env::temp_dir();
    if has_cargo {
        for component in ["rustfmt", "clippy"] {
            report.add(component, toolchain::component(component))?;
        }
        match Workspace::find() {
            Ok(workspace) => target = workspace.target,
            Err(_) => report.add("workspace", no_workspace())?,
        }
    }

    report.add("disk", machine::disk(&target))?;
    let folder = target.join(format!("doctor-{}", process::id()));
    match fs::create_dir_all(&folder) {
        Ok(()) => {
            let looked = report.look_into(&folder, has_rust);
            // What is left of it does no harm.
            let _ = fs::remove_dir_all(&folder);
            looked?;
        }
        Err(error) => report.add("files", machine::not_writable(&target, &error))?,
    }
    report.add("loopback", machine::loopback())?;
    if has_cargo && has_rust {
        report.add("network", toolchain::dependencies())?;
    }
    report.add("Python", python())?;
    report.end()
}

fn no_workspace() -> Finding {
    Finding::Missing(Trouble::new(
        "this folder is not in the workspace",
        "go into the folder that has this workspace's README.md, and try again",
    ))
}

fn python() -> Finding {
    match Python::find(None) {
        Ok(python) => Finding::Ready(python.name),
        Err(_) => Finding::Note(Trouble::new(
            "no CPython 3.11 or newer: only `cargo xtask parity` needs it",
            "install a newer Python, or name one in the variable PYTHON",
        )),
    }
}

#[derive(Default)]
struct Report {
    missing: u32,
}

impl Report {
    fn add(&mut self, name: &str, finding: Finding) -> Result<(), Failure> {
        let mut out = anstream::stdout();
        let (verdict, style, trouble) = match finding {
            Finding::Ready(words) => {
                writeln!(out, "{GOOD}ready  {GOOD:#}  {name:<9}  {words}")?;
                return Ok(());
            }
            Finding::Missing(trouble) => ("MISSING", BAD, trouble),
            Finding::Note(trouble) => ("note   ", BOLD, trouble),
        };
        self.missing += u32::from(verdict == "MISSING");
        let Trouble { what, mend } = trouble;
        writeln!(out, "{style}{verdict}{style:#}  {name:<9}  {what}")?;
        writeln!(out, "{:20}{BOLD}{mend}{BOLD:#}", "")?;
        Ok(())
    }

    /// What needs a folder to be tried in.
    fn look_into(&mut self, folder: &Path, has_rust: bool) -> Result<(), Failure> {
        self.add("files", machine::files(folder))?;
        self.add("paths", machine::long_paths(folder))?;
        if has_rust {
            self.add("linker", toolchain::linker(folder))?;
        }
        Ok(())
    }

    fn end(self) -> Result<ExitCode, Failure> {
        let mut out = anstream::stdout();
        match self.missing {
            0 => writeln!(out, "\n{GOOD}All that is needed is there.{GOOD:#}")?,
            1 => writeln!(out, "\n{BAD}One thing is missing.{BAD:#}")?,
            count => writeln!(out, "\n{BAD}{count} things are missing.{BAD:#}")?,
        }
        Ok(ExitCode::from(u8::from(self.missing > 0)))
    }
}
