//! Options and help.

use crate::program::{asyncfetch, run};

#[test]
fn an_invalid_option_is_named_and_nothing_is_fetched() {
    for (option, value, message) in [
        ("--concurrency", "0", "must be a number from 1 to 10000"),
        ("--per-host", "10001", "must be a number from 1 to 10000"),
        ("--max-attempts", "-1", "must be a number from 1 to 10000"),
        ("--base-delay", "5", "must be a time such as"),
        ("--max-retry-after", "", "must be a time such as"),
        ("--timeout", "0s", "must be greater than zero"),
        ("--deadline", "0ms", "must be greater than zero"),
        ("--multiplier", "NaN", "must be at least 1"),
        ("--multiplier", "0.5", "must be at least 1"),
        ("--max-body", "-1MB", "must be a size such as"),
    ] {
        let run = run(asyncfetch().args(["nonsense", option, value]));
        assert_eq!((run.code, &*run.out), (Some(2), ""), "{option} {value}");
        assert!(run.err.contains(option), "{run:?}");
        assert!(run.err.contains(message), "{run:?}");
    }
}

#[test]
fn the_help_fits_into_80_columns() {
    let help = run(asyncfetch().arg("--help"));

    assert_eq!(help.code, Some(0));
    let too_long = help.out.lines().find(|line| line.chars().count() > 80);
    assert_eq!(too_long, None);
}
