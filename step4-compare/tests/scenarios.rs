//! The answers to scenarios, and the errors of lines that are not scenarios.

use std::cell::Cell;
use std::io::{self, BufReader, Read, Write};

use step4_compare::{Scenario, answer_scenarios, parse_scenario};

/// The answers to `input`, and its problems.
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
fn a_bad_line_is_reported_and_the_lines_after_it_are_answered() {
    let (output, problems) = answered(b"{\"jobs\":[]}\n\nnonsense\n{\"jobs\":[]}\n");

    assert_eq!(output.lines().count(), 2);
    assert_eq!(problems, "line 3: not JSON: expected ident (column 2)\n");
}

#[test]
fn an_error_begins_with_the_path_to_what_is_wrong() {
    let delay = "must be an integer from 0 to 86400000";
    for (line, expected) in [
        ("[]", "invalid type: sequence, expected an object"),
        ("7", "invalid type: integer `7`, expected an object"),
        ("{}", "missing field `jobs`"),
        (
            r#"{"jobs":7}"#,
            "jobs: invalid type: integer `7`, expected a sequence",
        ),
        (
            r#"{"jobs":["a"]}"#,
            r#"jobs[0]: invalid type: string "a", expected an object"#,
        ),
        (
            r#"{"jobs":[["a",1,null]]}"#,
            "jobs[0]: invalid type: sequence, expected an object",
        ),
        (
            r#"{"jobs":[{"delay_ms":1}]}"#,
            "jobs[0]: missing field `name`",
        ),
        (
            r#"{"jobs":[{"name":"a"}]}"#,
            "jobs[0]: missing field `delay_ms`",
        ),
        (
            r#"{"jobs":[{"name":"a","delay_ms":1},{"name":7,"delay_ms":1}]}"#,
            "jobs[1].name: invalid type: integer `7`, expected a string",
        ),
        (
            r#"{"jobs":[{"name":"a","delay_ms":86400001}]}"#,
            &format!("jobs[0].delay_ms: {delay}"),
        ),
        (
            r#"{"jobs":[{"name":"a","delay_ms":1},{"name":"b","delay_ms":-1}]}"#,
            &format!("jobs[1].delay_ms: {delay}"),
        ),
        (
            r#"{"jobs":[{"name":"a","delay_ms":1.5}]}"#,
            &format!("jobs[0].delay_ms: {delay}"),
        ),
        (
            r#"{"jobs":[{"name":"a","delay_ms":null}]}"#,
            &format!("jobs[0].delay_ms: {delay}"),
        ),
        (
            r#"{"jobs":[{"name":"a","delay_ms":1,"fail":true}]}"#,
            "jobs[0].fail: invalid type: boolean `true`, expected a string",
        ),
        (
            r#"{"jobs":[{"name":"a","delay_ms":1},{"name":"a","delay_ms":2}]}"#,
            r#"jobs[1].name: another job has the name "a" already"#,
        ),
    ] {
        let error = parse_scenario(line.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), expected, "{line}");
    }
    let not_text = parse_scenario(b"{\"jobs\":[\xff]}").unwrap_err();
    assert_eq!(not_text.to_string(), "not JSON: expected value (column 10)");
}

#[test]
fn an_error_is_one_short_line() {
    let long = "\u{1b}\n".repeat(100_000);
    let line = serde_json::json!({ "jobs": long }).to_string();

    let error = parse_scenario(line.as_bytes()).unwrap_err().to_string();
    assert!(error.starts_with("jobs: invalid type: string"), "{error}");
    assert!(!error.contains(char::is_control), "{error}");
    assert_eq!(error.chars().count(), 200);
}

#[test]
fn input_that_cannot_be_read_is_a_problem() {
    struct Unreadable;

    impl Read for Unreadable {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("it is a folder"))
        }
    }

    let input = b"{\"jobs\":[]}\n".chain(Unreadable);
    let (mut output, mut problems) = (Vec::new(), Vec::new());
    let answered = answer_scenarios(BufReader::new(input), &mut output, &mut problems);

    assert!(!answered.unwrap());
    assert!(output.ends_with(b"}\n"));
    assert_eq!(problems, b"cannot read the input: it is a folder\n");
}

#[test]
fn each_answer_is_flushed_before_the_next_line_is_read() {
    struct Output<'a> {
        flushes: &'a Cell<usize>,
    }

    impl Write for Output<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.flushes.set(self.flushes.get() + 1);
            Ok(())
        }
    }

    /// Gives two lines, one at a time, and notes how often the output was flushed before each.
    struct Input<'a> {
        flushes: &'a Cell<usize>,
        before_read: Vec<usize>,
    }

    impl Read for &mut Input<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.before_read.push(self.flushes.get());
            let lines_left = self.before_read.len() <= 2;
            let line: &[u8] = if lines_left { b"{\"jobs\":[]}\n" } else { b"" };
            buffer[..line.len()].copy_from_slice(line);
            Ok(line.len())
        }
    }

    let flushes = &Cell::new(0);
    let mut input = Input {
        flushes,
        before_read: Vec::new(),
    };
    answer_scenarios(BufReader::new(&mut input), Output { flushes }, io::sink()).unwrap();
    assert_eq!(input.before_read[..3], [0, 1, 2]);
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
fn the_built_in_scenarios_have_these_names() {
    let names: Vec<_> = Scenario::built_in()
        .into_iter()
        .map(|scenario| scenario.name)
        .collect();
    assert_eq!(names, ["two-jobs", "three-fetches", "same-tick"]);
}
