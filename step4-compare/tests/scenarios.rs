//! The scenario program's answers, and what it says to lines that it cannot read.

use step4_compare::{Scenario, answer_scenarios, parse_line};

/// What `input` gets on standard output and on standard error.
fn answered(input: &[u8]) -> (String, String) {
    let (mut output, mut problems) = (Vec::new(), Vec::new());
    let all_read = answer_scenarios(input, &mut output, &mut problems).unwrap();
    assert_eq!(all_read, problems.is_empty());
    (
        String::from_utf8(output).unwrap(),
        String::from_utf8(problems).unwrap(),
    )
}

#[test]
fn a_scenario_is_answered_in_one_line_by_all_three() {
    let line = br#"{"jobs":[{"name":"a","delay_ms":50,"fail":null},{"name":"b","delay_ms":10,"fail":"boom"}]}"#;

    let expected = concat!(
        r#"{"gather":{"completed":["a"],"cancelled":[],"raised":"boom","aggregated":[],"completed_at_return":[]},"#,
        r#""collect":{"completed":["a"],"cancelled":[],"raised":null,"aggregated":["boom"],"results":["ok:a","err:boom"]},"#,
        r#""taskgroup":{"completed":[],"cancelled":["a"],"raised":"1 error: boom","aggregated":["boom"]}}"#,
        "\n",
    );
    assert_eq!(answered(line), (expected.to_owned(), String::new()));
}

#[test]
fn blank_lines_are_passed_over_and_unknown_keys_ignored() {
    let (output, problems) = answered(
        b"\n  \r\n{\"jobs\":[{\"name\":\"a\",\"delay_ms\":0,\"colour\":1}],\"x\":[]}\r\n\n",
    );

    assert_eq!(output.lines().count(), 1);
    assert_eq!(problems, "");
}

#[test]
fn a_bad_line_is_named_and_the_lines_after_it_are_answered() {
    let (output, problems) = answered(b"{\"jobs\":[]}\n\nnonsense\n{\"jobs\":[]}\n");

    assert_eq!(output.lines().count(), 2);
    assert_eq!(problems, "line 3: not JSON: expected ident (column 2)\n");
}

#[test]
fn each_mistake_is_described_with_its_place() {
    let too_long = format!(r#"{{"jobs":[{{"name":"{}"}}]}}"#, "x".repeat(100));
    let mistakes: &[(&[u8], &str)] = &[
        (b"[]", "the line: expected an object, found []"),
        (
            b"\"\x7F\"",
            "the line: expected an object, found \"\u{FFFD}\"",
        ),
        (b"{}", "jobs: expected a list of jobs, found nothing"),
        (br#"{"jobs":7}"#, "jobs: expected a list of jobs, found 7"),
        (
            br#"{"jobs":["a"]}"#,
            "jobs[0]: expected an object, found \"a\"",
        ),
        (
            br#"{"jobs":[{"delay_ms":1}]}"#,
            "jobs[0].name: expected text, found nothing",
        ),
        (
            br#"{"jobs":[{"name":"a","delay_ms":86400001}]}"#,
            "jobs[0].delay_ms: expected an integer from 0 to 86400000, found 86400001",
        ),
        (
            br#"{"jobs":[{"name":"a","delay_ms":-1}]}"#,
            "jobs[0].delay_ms: expected an integer from 0 to 86400000, found -1",
        ),
        (
            br#"{"jobs":[{"name":"a","delay_ms":1.5}]}"#,
            "jobs[0].delay_ms: expected an integer from 0 to 86400000, found 1.5",
        ),
        (
            too_long.as_bytes(),
            "jobs[0].delay_ms: expected an integer from 0 to 86400000, found nothing",
        ),
        (
            br#"{"jobs":[{"name":"a","delay_ms":1,"fail":true}]}"#,
            "jobs[0].fail: expected null or text, found true",
        ),
        (
            br#"{"jobs":[{"name":"a","delay_ms":1},{"name":"a","delay_ms":2}]}"#,
            "jobs[1].name: \"a\" is the name of another job already",
        ),
        (
            br#"{"jobs":[{"name":"a","jobs":[{"name":"b"}]}]}"#,
            "jobs[0].jobs[0].delay_ms: expected an integer from 0 to 86400000, found nothing",
        ),
        (
            br#"{"jobs":[{"name":"a","jobs":[],"delay_ms":1}]}"#,
            "jobs[0].delay_ms: a job that has jobs of its own has no delay_ms; its body may fail",
        ),
        (
            br#"{"jobs":[{"name":"a","jobs":[{"name":"a","delay_ms":1}]}]}"#,
            "jobs[0].name: \"a\" is the name of another job already",
        ),
        (
            br#"{"jobs":[],"body":{"fail":"x"}}"#,
            "body.at_ms: expected an integer from 0 to 86400000, found nothing",
        ),
        (
            br#"{"jobs":[],"stop_ms":-1}"#,
            "stop_ms: expected an integer from 0 to 86400000, found -1",
        ),
        (b"{\"jobs\":[\xff]}", "not JSON: expected value (column 10)"),
    ];
    for (line, expected) in mistakes {
        let error = parse_line(line).unwrap_err();
        assert_eq!(error.to_string(), *expected);
    }
}

#[test]
fn a_delay_of_a_day_an_empty_message_and_an_empty_name_are_fine() {
    let line = br#"{"jobs":[{"name":"","delay_ms":86400000,"fail":""}]}"#;

    let (output, problems) = answered(line);
    assert!(
        output.contains(r#""gather":{"completed":[],"cancelled":[],"raised":"","#),
        "{output}"
    );
    assert_eq!(problems, "");
}

#[test]
fn the_built_in_scenarios_have_names_of_their_own() {
    let names: Vec<_> = Scenario::built_in()
        .into_iter()
        .map(|scenario| scenario.name)
        .collect();
    assert_eq!(names, ["two-jobs", "three-fetches", "same-tick"]);
}
