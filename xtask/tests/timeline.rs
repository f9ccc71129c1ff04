//! `cargo xtask timeline`: the jobs that one names, in every mode.

mod support;

use std::process::Command;

use support::outcome;

fn timeline(arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("timeline")
            .args(arguments),
    )
}

#[test]
fn jobs_are_drawn_in_all_modes() {
    let arguments = ["--job", "a=50ms", "--job", "b=10ms:fail=no route"];
    let (code, stdout, stderr) = timeline(&arguments);

    assert_eq!(code, Some(0), "{stderr}");
    for expected in [
        "gather\n",
        "● completed, nobody heard\n",
        "▲ Err(no route)\n",
        "gather, collecting\n",
        "TaskGroup\n",
        "▲ Err(1 error: no route)\n",
    ] {
        assert!(stdout.contains(expected), "{expected}\n\n{stdout}");
    }
}

#[test]
fn the_help_fits_into_80_columns() {
    let (code, help, stderr) = timeline(&["--help"]);

    assert_eq!(code, Some(0), "{stderr}");
    assert!(help.contains("--job JOB"), "{help}");
    let too_long = help.lines().find(|line| line.chars().count() > 80);
    assert_eq!(too_long, None);
}

#[test]
fn what_cannot_be_drawn_is_wrong_usage_and_named() {
    for (arguments, words) in [
        (
            &["--job", "a=50ms:boom"][..],
            "\"a=50ms:boom\" is not a job: expected NAME=TIME",
        ),
        (&["--job", "a=50"], "\"50\" is not a time such as 50ms"),
        (&["--job"], "--job needs a job"),
        (&["two-jobs", "--job", "a=1ms"], "one scenario at a time"),
        (
            &["--jobs", "a=1ms"],
            "unknown option --jobs; there are --job NAME=TIME",
        ),
        (&["no-jobs"], "there is no scenario \"no-jobs\""),
    ] {
        let (code, stdout, stderr) = timeline(arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}
