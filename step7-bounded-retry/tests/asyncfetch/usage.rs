//! Options.

use crate::program::{asyncfetch, run};

#[test]
fn a_bad_option_is_named_and_nothing_is_fetched() {
    for (option, value) in [
        ("--concurrency", "0"),
        ("--concurrency", "1000000000000"),
        ("--per-host", "-1"),
        ("--max-attempts", "0"),
        ("--max-attempts", "many"),
        ("--base-delay", "5"),
        ("--max-delay", "1 fortnight"),
        ("--max-retry-after", ""),
        ("--timeout", "-5s"),
        ("--timeout", "0s"),
        ("--deadline", "0ms"),
        ("--multiplier", "NaN"),
        ("--multiplier", "0.5"),
        ("--jitter", "some"),
        ("--max-body", "-1MB"),
        ("--max-body", "large"),
        ("--max-redirects", "-1"),
        ("--format", "xml"),
        ("--colour", "green"),
    ] {
        let run = run(asyncfetch().args(["nonsense", option, value]));
        assert_eq!((run.code, &*run.out), (Some(2), ""), "{option} {value}");
        assert!(run.err.contains(option), "{run:?}");
    }
}

#[test]
fn human_units_are_understood() {
    let run = run(asyncfetch()
        .args([
            "--base-delay",
            "200ms",
            "--timeout",
            "1.5s",
            "--deadline",
            "2m",
        ])
        .args([
            "--max-body",
            "64KiB",
            "--max-delay",
            "0s",
            "--max-retry-after",
            "1h",
        ])
        .args([
            "--jitter",
            "none",
            "--multiplier",
            "1.5",
            "--max-redirects",
            "0",
        ]));

    assert_eq!((run.code, &*run.out), (Some(0), ""), "{run:?}");
}

#[test]
fn the_help_fits_into_80_columns() {
    let help = run(asyncfetch().arg("--help"));

    assert_eq!(help.code, Some(0));
    let too_long = help.out.lines().find(|line| line.chars().count() > 80);
    assert_eq!(too_long, None);
}
