//! Jobs on a command line.

use step4_compare::{JobSpec, parse_jobs};

fn parse(texts: &[&str]) -> Result<Vec<JobSpec>, String> {
    parse_jobs(texts.iter().copied()).map_err(|error| error.to_string())
}

#[test]
fn a_job_is_a_name_a_time_and_perhaps_a_failure() {
    let jobs = [
        JobSpec::completes("a", 50),
        JobSpec::fails("b", 1000, "b failed"),
        JobSpec::fails("c", 0, "no route: x=1"),
        JobSpec::completes("d", 86_400_000),
    ];
    let texts = ["a=50ms", "b=1s:fail", "c=0ms:fail=no route: x=1", "d=24h"];
    assert_eq!(parse(&texts), Ok(jobs.to_vec()));
}

#[test]
fn an_error_shows_the_text_and_what_it_must_be() {
    for text in ["a", "", "=50ms", "a=50ms:boom", "a=50ms:fail:x"] {
        let expected =
            format!("{text:?}: must be NAME=TIME, NAME=TIME:fail or NAME=TIME:fail=MESSAGE");
        assert_eq!(parse(&[text]), Err(expected));
    }
    for (text, expected) in [
        (
            "a=50",
            r#""50" is not a time such as 50ms or 1s: time unit needed, for example 50sec or 50ms"#,
        ),
        ("a=1500us", "the time must be in whole milliseconds"),
        ("a=25h:fail", "the time must be at most a day"),
    ] {
        assert_eq!(parse(&[text]), Err(format!("{text:?}: {expected}")));
    }
}

#[test]
fn two_jobs_of_one_name_are_an_error() {
    let error = "\"a=2ms\": another job has this name already";
    assert_eq!(parse(&["a=1ms", "b=1ms", "a=2ms"]), Err(error.to_owned()));
}
