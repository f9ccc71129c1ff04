//! Random lines and timelines: every one has an answer or an error, and can be drawn.
//!
//! `PROPTEST_CASES=100000 cargo test -p step4-compare --test input_properties` runs longer.

use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};
use step4_compare::{Timeline, answer_scenarios, parse_scenario, render_svg, render_text};
use unicode_width::UnicodeWidthStr;

/// Text that is hard to draw: wide characters, some of no width, some wider together, controls.
fn texts() -> impl Strategy<Value = String> {
    let hard = select(vec![
        "é",
        "漢",
        "❤\u{FE0F}",
        "\u{200D}",
        "\u{301}",
        "👩‍👩‍👧",
        "\u{1B}[2J",
        "\u{9B}2J",
        "\u{7F}",
        "\n",
        "\0",
        "\u{FFFE}",
        "&",
        "<",
        "\"",
        " ",
        "\u{202E}",
    ]);
    let repeated = (hard.clone(), 0..40_usize).prop_map(|(letter, count)| letter.repeat(count));
    let mixed = vec(hard, 0..40).prop_map(|letters| letters.concat());
    let any = vec(any::<char>(), 0..10).prop_map(String::from_iter);
    // Few, so that two jobs sometimes have the same name.
    let plain = (0..100_u8).prop_map(|number| number.to_string());
    prop_oneof![6 => plain, 1 => repeated, 1 => mixed, 1 => any]
}

/// Mostly a value of the right kind, sometimes one of another kind.
fn or_else(right: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    let wrong = prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts().prop_map(Value::from),
    ];
    prop_oneof![30 => right, 1 => wrong].boxed()
}

fn milliseconds() -> BoxedStrategy<Value> {
    let milliseconds = prop_oneof![0..5_u64, 0..100_u64, 86_399_999..86_400_002_u64];
    or_else(milliseconds.prop_map(Value::from))
}

fn fail() -> BoxedStrategy<Value> {
    let message = prop::option::weighted(0.3, texts());
    or_else(message.prop_map(Value::from))
}

/// An object with these keys, each of which may be missing.
fn object<const N: usize>(
    keys: [(&'static str, f64, BoxedStrategy<Value>); N],
) -> impl Strategy<Value = Map<String, Value>> {
    let keys = keys.map(|(key, probability, value)| {
        let value = prop::option::weighted(probability, value);
        value.prop_map(move |value| value.map(|value| (key.to_owned(), value)))
    });
    Vec::from(keys).prop_map(|keys| keys.into_iter().flatten().collect())
}

/// Mostly a scenario.
fn scenarios() -> impl Strategy<Value = Value> {
    let job = object([
        ("name", 0.98, or_else(texts().prop_map(Value::from))),
        ("delay_ms", 0.98, milliseconds()),
        ("fail", 0.9, fail()),
    ]);
    let job = or_else(job.prop_map(Value::from));
    let jobs = or_else(vec(job, 0..6).prop_map(Value::from));
    let unknown = or_else(texts().prop_map(Value::from));
    let scenario = object([("jobs", 0.98, jobs), ("unknown", 0.2, unknown)]);
    or_else(scenario.prop_map(Value::from))
}

/// The bytes with a few of them changed, left out, or put in.
fn edited(bytes: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![any::<u8>(), b' '..=b'~', select(br#"{}[],:"\0"#.to_vec())];
    (bytes, vec((any::<Index>(), 0..3_u8, byte), 0..4)).prop_map(|(mut bytes, edits)| {
        for (place, edit, byte) in edits {
            let place = place.index(bytes.len() + 1);
            match edit {
                0 => bytes.insert(place, byte),
                _ if place == bytes.len() => {}
                1 => drop(bytes.remove(place)),
                _ => bytes[place] = byte,
            }
        }
        bytes
    })
}

fn lines() -> impl Strategy<Value = Vec<u8>> {
    let right = scenarios().prop_map(|scenario| scenario.to_string().into_bytes());
    let right = right.boxed();
    prop_oneof![6 => right.clone(), 2 => edited(right), 1 => any::<Vec<u8>>()]
}

/// No job is in two lists of a report, or twice in one.
fn check_report(report: &Value) -> Result<(), TestCaseError> {
    let lists = [&report["completed"], &report["cancelled"]];
    let ended = lists.iter().flat_map(|list| list.as_array().unwrap());
    let ended: Vec<_> = ended.map(|name| name.as_str().unwrap()).collect();
    let different: HashSet<_> = ended.iter().collect();
    prop_assert_eq!(different.len(), ended.len(), "{}", report);
    Ok(())
}

/// No line is too wide, nothing moves a terminal's cursor, and the picture is XML.
fn check_drawings(timelines: &[Timeline; 3]) -> Result<(), TestCaseError> {
    let is_odd = |letter: char| letter.is_control() && letter != '\n';
    for line in render_text(timelines).lines() {
        prop_assert!(!line.contains(is_odd), "{}", line.escape_debug());
        prop_assert!(line.width() <= 80, "{line}");
    }
    let is_no_xml = |letter: char| is_odd(letter) || matches!(letter, '\u{FFFE}' | '\u{FFFF}');
    let picture = render_svg(timelines);
    prop_assert_eq!(picture.chars().find(|letter| is_no_xml(*letter)), None);
    Ok(())
}

/// 64 cases, or as many as `PROPTEST_CASES` says.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok();
    let cases = cases.and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(cases.unwrap_or(64))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_line_has_an_answer_or_an_error(lines in vec(lines(), 1..3)) {
        let input = lines.join(&b'\n');
        let (mut output, mut problems) = (Vec::new(), Vec::new());
        answer_scenarios(&*input, &mut output, &mut problems).unwrap();

        let output = String::from_utf8(output).unwrap();
        let problems = String::from_utf8(problems).unwrap();
        let (mut answers, mut problems) = (output.lines(), problems.lines());
        for (number, line) in (1..).zip(input.split(|byte| *byte == b'\n')) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            if let Err(error) = parse_scenario(line) {
                let problem = format!("line {number}: {error}");
                prop_assert!(!problem.contains(char::is_control), "{}", problem.escape_debug());
                prop_assert_eq!(problems.next(), Some(&*problem));
            } else {
                let answer: Value = serde_json::from_str(answers.next().unwrap()).unwrap();
                for mode in ["gather", "collect", "taskgroup"] {
                    check_report(&answer[mode])?;
                }
            }
        }
        prop_assert_eq!((answers.next(), problems.next()), (None, None));
    }

    #[test]
    fn every_scenario_can_be_drawn(line in lines()) {
        if let Ok(scenario) = parse_scenario(&line) {
            check_drawings(&scenario.play())?;
        }
    }

    #[test]
    fn every_timeline_can_be_drawn(
        name in texts(),
        times in vec((any::<u64>(), 0..64_u32), 9),
        orphans in any::<[bool; 2]>(),
    ) {
        let mut times = times.into_iter().map(|(bits, shift)| bits >> shift);
        let mut time = || times.next().unwrap();
        let jobs: Vec<_> = orphans
            .iter()
            .map(|orphan| {
                let (start, end) = (time(), time());
                json!({
                    "name": &name, "start_ms": start, "end_ms": end, "outcome": "completed",
                    "orphan": orphan, "error": null,
                })
            })
            .collect();
        let caller = json!({ "at_ms": time(), "result": "err", "message": &name });
        let timeline = json!({ "scenario": &name, "mode": "gather", "jobs": jobs, "caller": caller });
        if let Ok(timeline) = Timeline::from_json(&timeline.to_string()) {
            check_drawings(&[timeline.clone(), timeline.clone(), timeline])?;
        }
    }
}
