//! `cargo xtask parity`, with the Python of this machine if it has a suitable one.

mod support;

use std::process::Command;

use support::outcome;

const NO_PYTHON: i32 = 3;

fn xtask_parity(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("parity").args(arguments);
    command
}

fn parity(arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(&mut xtask_parity(arguments))
}

#[test]
fn the_lesson_and_cpython_agree() {
    let (code, stdout, stderr) = parity(&["--scenarios", "200", "--seed", "7"]);

    if code == Some(NO_PYTHON) {
        assert!(stderr.contains("nothing was compared"), "{stderr}");
        return;
    }
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(
        stdout.starts_with("200 scenarios compared with CPython 3."),
        "{stdout}"
    );
}

#[test]
fn a_mismatch_is_shown_with_both_timelines_and_the_line_to_repeat_it() {
    let line =
        r#"{"jobs":[{"name":"it's","delay_ms":9}],"body":{"at_ms":7,"fail":"boom"},"stop_ms":7}"#;
    let (code, stdout, stderr) = parity(&["--line", line]);

    if code == Some(NO_PYTHON) {
        return;
    }
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    for expected in [
        line,
        "taskgroup.raised\n  lesson 4        \"1 error: boom\"\n  CPython 3.",
        "▲ Err(1 error: boom)\n",
        "▲ stopped\n",
        r#"cargo xtask parity --line '{"jobs":[{"name":"it'\''s","#,
        ": 1 mismatch\n",
    ] {
        assert!(stdout.contains(expected), "{expected}\n\n{stdout}");
    }
    assert!(
        !stdout.contains("collecting"),
        "that does not differ: {stdout}"
    );
}

#[test]
fn each_scenario_that_the_page_calls_a_divergence_is_one() {
    let page = include_str!("../../step4-compare/README.md");
    let lines = page.lines().filter(|line| line.starts_with(r#"{"jobs":"#));
    let lines: Vec<_> = lines.flat_map(|line| ["--line", line]).collect();
    let (code, stdout, stderr) = parity(&lines);

    if code == Some(NO_PYTHON) {
        return;
    }
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(
        stdout.contains("\n5 scenarios compared with CPython 3."),
        "{stdout}"
    );
    assert!(stdout.contains(": 5 mismatches\n"), "{stdout}");
}

#[test]
fn a_line_that_is_no_scenario_is_named() {
    let (code, stdout, stderr) = parity(&["--line", r#"{"jobs":7}"#]);

    if code == Some(NO_PYTHON) {
        return;
    }
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
    assert!(
        stderr.contains("line 1: jobs: expected a list of jobs, found 7"),
        "{stderr}"
    );
}

#[test]
fn without_a_suitable_python_nothing_is_compared_and_the_exit_code_says_so() {
    let mut nothing_in_the_path = xtask_parity(&[]);
    nothing_in_the_path.env("PATH", "").env_remove("PYTHON");
    let named = xtask_parity(&["--python", "no-such-python"]);

    for (mut command, refused) in [
        (nothing_in_the_path, "\n  python3: "),
        (named, "\n  no-such-python: "),
    ] {
        let (code, stdout, stderr) = outcome(&mut command);
        assert_eq!((code, stdout.as_str()), (Some(NO_PYTHON), ""), "{stderr}");
        let expected = "nothing was compared: this needs CPython 3.11 or newer";
        assert!(stderr.contains(expected), "{stderr}");
        assert!(stderr.contains(refused), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn an_older_python_is_refused_by_its_version() {
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/old-python");
    let (code, stdout, stderr) = parity(&["--python", old]);

    assert_eq!((code, stdout.as_str()), (Some(NO_PYTHON), ""), "{stderr}");
    assert!(
        stderr.contains("old-python: this is CPython 3.10.13"),
        "{stderr}"
    );
}
