//! `cargo xtask doctor`, on this machine and on one that lacks things.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn doctor() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("doctor");
    command
}

/// The exit code, and the report.
fn outcome(mut command: Command) -> (Option<i32>, String) {
    let Output { status, stdout, .. } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap())
}

#[track_caller]
fn assert_shows(report: &str, expected: &[&str]) {
    for words in expected {
        assert!(report.contains(words), "{words}\n\n{report}");
    }
}

#[test]
fn where_the_tests_run_all_that_is_needed_is_there() {
    let (code, report) = outcome(doctor());
    // How much room there is on the disk is the one thing that tests do not need.
    let (expected, end) = if report.contains("MISSING  disk") {
        (1, "\nOne thing is missing.\n")
    } else {
        (0, "\nAll that is needed is there.\n")
    };
    assert_eq!(code, Some(expected), "{report}");
    assert_shows(
        &report,
        &[
            "ready    Rust       rustc 1.",
            "ready    linker     a small program can be built and run\n",
            "ready    files      can be written",
            "ready    loopback   ",
            end,
        ],
    );
}

#[test]
fn without_rust_it_says_how_to_get_it() {
    let mut nothing_in_the_path = doctor();
    nothing_in_the_path.env("PATH", "").env_remove("CARGO");
    let (code, report) = outcome(nothing_in_the_path);

    assert_eq!(code, Some(1), "{report}");
    assert_shows(
        &report,
        &[
            "MISSING  Rust       no rustc in the path; it must be 1.86 or newer\n",
            "\n                    install Rust as https://rustup.rs says",
            "MISSING  cargo      no cargo in the path\n",
            "note     Python     ",
        ],
    );
}

#[test]
fn a_target_folder_that_cannot_be_written_is_missing() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("a-file");
    fs::write(&file, "").unwrap();
    let mut in_a_file = doctor();
    in_a_file.env("CARGO_TARGET_DIR", file.join("target"));
    let (code, report) = outcome(in_a_file);

    assert_eq!(code, Some(1), "{report}");
    assert_shows(
        &report,
        &[
            "MISSING  files      cannot write into ",
            "set CARGO_TARGET_DIR to a folder that you may write into\n",
        ],
    );
}

#[test]
fn outside_of_the_workspace_it_says_so() {
    let mut elsewhere = doctor();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("elsewhere");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("Cargo.toml"), "no manifest").unwrap();
    elsewhere.current_dir(folder);
    let (code, report) = outcome(elsewhere);

    assert_eq!(code, Some(1), "{report}");
    assert_shows(
        &report,
        &["MISSING  workspace  this folder is not in the workspace\n"],
    );
}

/// A folder for the path with programs of these names that do this.
#[cfg(unix)]
fn path_with(name: &str, programs: &[(&str, &str)]) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    for (program, script) in programs {
        let path = folder.join(program);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

#[cfg(unix)]
#[test]
fn an_old_compiler_and_components_that_are_not_there_are_missing_with_what_mends_them() {
    let programs = [
        ("rustc", "echo 'rustc 1.70.0 (90c541806 2023-05-31)'"),
        (
            "cargo",
            "case $1 in --version) echo 'cargo 1.70.0';; *) echo \"error: no such command: $1\" >&2; exit 101;; esac",
        ),
    ];
    let mut old = doctor();
    old.env("PATH", path_with("old-rust", &programs));
    old.env_remove("CARGO");
    let (code, report) = outcome(old);

    assert_eq!(code, Some(1), "{report}");
    assert_shows(
        &report,
        &[
            "MISSING  Rust       rustc 1.70.0 (90c541806 2023-05-31) is too old; it must be 1.86 or newer\n                    rustup update stable\n",
            "ready    cargo      cargo 1.70.0\n",
            "MISSING  rustfmt    `cargo fmt` does not work\n                    rustup component add rustfmt\n",
            "MISSING  clippy     `cargo clippy` does not work\n                    rustup component add clippy\n",
        ],
    );
}

#[cfg(unix)]
#[test]
fn a_compiler_without_a_linker_is_missing_one() {
    let rustc = "case $1 in --version) echo 'rustc 1.90.0';; -vV) ;; \
                 *) echo 'warning: x' >&2; echo 'error: linker `cc` not found' >&2; exit 1;; esac";
    let mut no_linker = doctor();
    no_linker.env("PATH", path_with("no-linker", &[("rustc", rustc)]));
    let (code, report) = outcome(no_linker);

    assert_eq!(code, Some(1), "{report}");
    let words =
        "MISSING  linker     a small program cannot be built: error: linker `cc` not found\n";
    assert_shows(&report, &["ready    Rust       rustc 1.90.0; ", words]);
}
