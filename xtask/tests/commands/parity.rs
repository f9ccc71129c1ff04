//! `cargo xtask parity`, with the Python of this machine if it has a suitable one.

use std::process::Command;

use crate::support::outcome;

fn parity(python: Option<&str>, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("parity").args(arguments);
    if let Some(python) = python {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/");
        command.env("PYTHON", format!("{folder}{python}"));
    }
    outcome(&mut command)
}

#[test]
fn the_lesson_and_cpython_agree() {
    let (code, stdout, stderr) = parity(None, &["--scenarios", "200", "--seed", "7"]);
    if code == Some(3) {
        assert!(stderr.contains("nothing was compared"), "{stderr}");
        return;
    }
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for expected in [
        " claims about asyncio hold\n200 scenarios compared with CPython 3.",
        "cancels several jobs (in 62 scenarios)\n",
    ] {
        assert!(stdout.contains(expected), "{expected}\n\n{stdout}");
    }
}

/// The claims of `claims.py` that this decorator marks.
fn claims(decorator: &str) -> Vec<&'static str> {
    let start = format!("@{decorator}(\"");
    let lines = include_str!("../../../step4-compare/python/claims.py").lines();
    let claims = lines.filter_map(|line| line.strip_prefix(&start)?.strip_suffix("\")"));
    claims.collect()
}

#[cfg(unix)]
#[test]
fn every_claim_about_asyncio_that_is_false_is_named() {
    let (code, _, stderr) = parity(Some("contrary"), &[]);
    if code == Some(3) {
        assert!(stderr.contains("nothing was compared"), "{stderr}");
        return;
    }
    assert_eq!(code, Some(1), "{stderr}");
    let cells = claims("asyncio_says").into_iter().map(str::to_owned);
    let false_claims = claims("does_not_hold").into_iter();
    let others = false_claims.map(|claim| format!("does not hold: {claim}"));
    for claim in cells.chain(others) {
        let named = format!("not so in this Python: {claim} (");
        assert!(stderr.contains(&named), "{claim}\n\n{stderr}");
    }
}

#[test]
fn every_cell_of_the_pages_asyncio_column_is_a_claim_that_is_asserted() {
    let page = include_str!("../../../step4-compare/ASYNCIO.md");
    let cells_under = |header: &str| {
        let rows = page
            .lines()
            .skip_while(move |line| !line.starts_with(header));
        let rows = rows.skip(2).take_while(|line| line.starts_with("| "));
        rows.map(|row| row[2..].split(" | ").next().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(cells_under("| asyncio |"), claims("asyncio_says"));

    let untrue = cells_under("| claim |");
    for claim in claims("does_not_hold") {
        assert!(untrue.contains(&claim), "{claim}");
    }
}

#[cfg(unix)]
#[test]
fn a_mismatch_is_a_failure_that_shows_the_shortest_scenario_and_both_reports() {
    let (code, stdout, stderr) = parity(Some("wrong"), &["--scenarios", "50"]);
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    for expected in [
        "The reports differ in this scenario:\n{\"jobs\":[]}\n",
        "gather\n  lesson 4  {",
        "\n  CPython   \"wrong\"\n",
        "50 scenarios compared with CPython 3.11.0: 50 mismatches\n",
    ] {
        assert!(stdout.contains(expected), "{expected}\n\n{stdout}");
    }
}

#[test]
fn without_a_suitable_python_nothing_is_compared_and_the_exit_code_says_so() {
    for (python, reason) in [
        ("gone", "gone: "),
        ("old", "old: this is CPython 3.10.13\n"),
    ] {
        if cfg!(windows) && python == "old" {
            continue;
        }
        let (code, stdout, stderr) = parity(Some(python), &[]);
        assert_eq!((code, stdout.as_str()), (Some(3), ""), "{stderr}");
        assert!(
            stderr.starts_with("error: nothing was compared: "),
            "{stderr}"
        );
        assert!(stderr.contains("needs CPython 3.11 or newer"), "{stderr}");
        assert!(stderr.contains(reason), "{stderr}");
    }
}
