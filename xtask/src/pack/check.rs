//! The proof: unpacked elsewhere, with nothing in cargo's home and without a network, the lessons run.

use std::env;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use flate2::read::GzDecoder;

use super::FOLDER;
use crate::failure::Failure;
use crate::lessons;
use crate::style::{BAD, BOLD, DIM, GOOD};

/// The tests of the lessons speak to servers on the loopback. A new namespace has one, and it is down.
const LOOPBACK_UP: &str = "ip link set lo up 2>&1 || ifconfig lo up 2>&1";

pub fn run(archive: &Path) -> Result<ExitCode, Failure> {
    let cannot = |what: &str, error: &dyn std::fmt::Display| {
        Failure::failed(format!("cannot {what}: {error}"))
    };
    let elsewhere = tempfile::tempdir().map_err(|error| cannot("make a folder", &error))?;
    let file = File::open(archive).map_err(|error| cannot("open the archive", &error))?;
    tar::Archive::new(GzDecoder::new(file))
        .unpack(elsewhere.path())
        .map_err(|error| cannot("unpack the archive", &error))?;

    let without = namespace();
    let way = match &without {
        Ok(()) => "in a network namespace that has only its loopback".into(),
        Err(reason) => format!(
            "with CARGO_NET_OFFLINE alone: this machine makes no network namespace ({reason})"
        ),
    };
    let folder = elsewhere.path().join(FOLDER);
    let mut out = anstream::stdout();
    writeln!(
        out,
        "\n{BOLD}cargo xtask run{BOLD:#} in {}",
        folder.display()
    )?;
    writeln!(out, "{DIM}{way}{DIM:#}\n")?;
    out.flush()?;

    let started = Instant::now();
    let mut command = lessons(without.is_ok());
    command.current_dir(&folder);
    // Nothing that this cargo has told us, or that was set for another workspace.
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_") {
            command.env_remove(name);
        }
    }
    command
        .env("CARGO_HOME", elsewhere.path().join("cargo-home"))
        .env("CARGO_NET_OFFLINE", "true")
        // Nobody debugs what is thrown away again.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0");
    let status = command
        .status()
        .map_err(|error| cannot("run cargo", &error))?;

    let seconds = started.elapsed().as_secs();
    if status.success() {
        writeln!(
            out,
            "\n{GOOD}The archive works{GOOD:#}: `cargo xtask run` is green in {seconds} s, {way}"
        )?;
        Ok(ExitCode::SUCCESS)
    } else {
        writeln!(
            out,
            "\n{BAD}The archive does not work{BAD:#}: `cargo xtask run` ended with {status}"
        )?;
        Ok(ExitCode::FAILURE)
    }
}

/// Whether this machine lets us make a network namespace and bring up its loopback, or why not.
fn namespace() -> Result<(), String> {
    let output = unshare(LOOPBACK_UP)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("unshare: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let words = [output.stderr, output.stdout].concat();
    let words = String::from_utf8_lossy(&words);
    Err(words.lines().next().unwrap_or("unshare fails").into())
}

fn unshare(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--net", "--map-root-user", "--", "sh", "-c", script]);
    command
}

/// The lessons of the folder in which it is run.
fn lessons(in_a_namespace: bool) -> Command {
    let mut command = lessons::cargo();
    if in_a_namespace {
        let cargo = command.get_program().to_owned();
        command = unshare(&format!("{{ {LOOPBACK_UP}; }} && exec \"$@\""));
        command.arg("sh").arg(cargo);
    }
    command.args(["xtask", "run"]);
    command
}
