//! Jobs as one types them.

use std::time::Duration;

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
    ];
    let texts = ["a=50ms", "b=1s:fail", "c=0ms:fail=no route: x=1"];
    assert_eq!(parse(&texts), Ok(jobs.to_vec()));
}

#[test]
fn a_time_is_in_any_unit_up_to_a_day() {
    let jobs = parse(&["a=1s 500ms", "b=2min", "c=24h"]).unwrap();
    let seconds: Vec<_> = jobs.iter().map(|job| job.delay.as_secs_f64()).collect();
    assert_eq!(seconds, [1.5, 120.0, 86_400.0]);
    assert_eq!(jobs[2].delay, Duration::from_secs(86_400));
}

#[test]
fn what_is_no_job_is_named_with_what_was_expected() {
    for text in ["a", "", "=50ms", "a=50ms:boom", "a=50ms:fail:x"] {
        let expected = format!(
            "{text:?} is not a job: expected NAME=TIME, NAME=TIME:fail or NAME=TIME:fail=MESSAGE"
        );
        assert_eq!(parse(&[text]), Err(expected));
    }
}

#[test]
fn a_time_that_cannot_be_is_named_with_the_reason() {
    for (time, reason) in [
        ("50", "time unit needed"),
        ("", "value was empty"),
        ("-1ms", "expected number"),
        ("1500us", "nothing shorter than a millisecond"),
        ("25h", "over a day"),
        ("99999999999999999999ms", "too large"),
    ] {
        let error = parse(&[&format!("a={time}:fail")]).unwrap_err();
        let place = format!("\"a={time}:fail\": {time:?} is not a time such as 50ms or 1s: ");
        assert!(error.starts_with(&place), "{error}");
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn two_jobs_of_one_name_are_an_error() {
    let error = "\"a=2ms\": \"a\" is the name of another job already";
    assert_eq!(parse(&["a=1ms", "b=1ms", "a=2ms"]), Err(error.to_owned()));
}
