//! `cargo xtask doctor`, on this machine and on one that lacks things.

use std::process::Command;

use crate::support::{folder, outcome, this_workspace, xtask};

const READY: &str = "This machine is ready for the lessons.\n";

fn doctor() -> Command {
    let mut command = xtask(this_workspace(), &["doctor"]);
    command.env("LC_ALL", "C.UTF-8");
    command
}

#[track_caller]
fn assert_shows(report: &str, expected: &[&str]) {
    for line in expected {
        assert!(report.contains(line), "{line}\n\n{report}");
    }
}

#[test]
fn a_machine_that_runs_the_tests_is_ready() {
    let (code, report, stderr) = outcome(&mut doctor());

    assert_eq!(code, Some(0), "{report}{stderr}");
    assert!(!report.contains("missing"), "{report}");
    assert!(report.ends_with(READY), "{report}");
}

#[test]
fn programs_that_are_missing_have_a_command_that_installs_them() {
    let (code, report, _) = outcome(doctor().env("PATH", ""));

    assert_eq!(code, Some(1), "{report}");
    assert_shows(
        &report,
        &[
            "missing  `cargo fmt --version` fails\n         fix: rustup component add rustfmt\n",
            "missing  `cargo clippy --version` fails\n         fix: rustup component add clippy\n",
            "optional `git --version` fails\n         fix: install git, ",
            "optional `python3 ",
        ],
    );
    assert!(!report.contains(READY), "{report}");
}

#[test]
fn a_target_folder_that_cannot_be_written_is_a_problem() {
    let file = folder("doctor", &[("file", "")]).join("file");
    let (code, report, _) = outcome(doctor().env("PATH", "").env("CARGO_TARGET_DIR", &file));

    assert_eq!(code, Some(1), "{report}");
    assert_shows(
        &report,
        &[&format!("missing  cannot write to {}: ", file.display())],
    );
}

#[cfg(unix)]
#[test]
fn a_locale_without_utf_8_is_noted_and_no_problem() {
    let note = "optional the locale is not UTF-8";
    for (locale, is_noted) in [
        ("C", true),
        ("", true),
        ("en_US.UTF-8", false),
        ("C.utf8", false),
    ] {
        let mut command = doctor();
        command
            .env("PATH", "")
            .env("LC_ALL", "")
            .env("LC_CTYPE", "")
            .env("LANG", locale);
        let (_, report, _) = outcome(&mut command);
        assert_eq!(report.contains(note), is_noted, "{locale}\n{report}");
    }
}

#[test]
fn outside_of_a_workspace_it_says_so() {
    let elsewhere = folder("elsewhere", &[("Cargo.toml", "no manifest")]);
    let (code, stdout, stderr) = outcome(doctor().current_dir(elsewhere));

    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(
        stderr.starts_with("error: cargo cannot read the workspace:\n"),
        "{stderr}"
    );
}
