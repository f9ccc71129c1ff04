//! The answers to the questions of `cargo xtask predict`, computed by running the programs.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::failure::Failure;
use crate::lessons::{Field, Lesson, Question, Workspace};
use crate::process;

/// The expected answer, and what the program shows: a timeline, or a line of the demonstration.
type Key = (String, String);

pub fn compute(
    workspace: &Workspace,
    lesson: &Lesson,
    question: &Question,
) -> Result<Key, Failure> {
    let key = match question {
        Question::Demo { line, .. } => {
            let mut demo = workspace.example(&lesson.name, &lesson.demo());
            from_demo(&process::output(&mut demo, "")?, line)
        }
        Question::Jobs { jobs, mode, field } => {
            let mut timeline = workspace.example("step4-compare", "timeline");
            timeline.args(jobs.iter().flat_map(|job| ["--job", job]));
            let drawn = process::output(&mut timeline, "")?;
            let json = process::output(timeline.arg("--json"), "")?;
            from_timelines(&drawn, &json, mode, *field)
        }
    };
    let error = format!("{}: the output does not answer {question:?}", lesson.name);
    let (expected, shown) = key.ok_or(Failure::failed(error))?;
    let is_none = words(&expected).is_empty();
    Ok((if is_none { "none".into() } else { expected }, shown))
}

/// The answer stands where `line` has `___`. The output must have one such line.
fn from_demo(output: &str, line: &str) -> Option<Key> {
    let single_blanks = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let pattern = single_blanks(line);
    let (before, after) = pattern.split_once("___")?;
    let mut keys = output.lines().filter_map(|shown| {
        let line = single_blanks(shown);
        let expected = line.strip_prefix(before)?.strip_suffix(after)?;
        Some((expected.into(), shown.into()))
    });
    keys.next().filter(|_| keys.next().is_none())
}

/// `drawn` has a paragraph and `json` a line for each mode, in the same order.
fn from_timelines(drawn: &str, json: &str, mode: &str, field: Field) -> Option<Key> {
    let (timeline, shown) = json.lines().zip(drawn.split("\n\n")).find_map(|pair| {
        let timeline: Value = serde_json::from_str(pair.0).ok()?;
        (timeline["mode"] == mode).then_some((timeline, pair.1))
    })?;
    let jobs = timeline["jobs"].as_array()?;
    let names = |key: &str, value: Value| {
        let jobs = jobs.iter().filter(|job| job[key] == value);
        let names: Vec<_> = jobs.filter_map(|job| job["name"].as_str()).collect();
        names.join(", ")
    };
    let expected = match field {
        Field::Caller => format!("{} ms", timeline["caller"]["at_ms"]),
        Field::Completed => names("outcome", "completed".into()),
        Field::Cancelled => names("outcome", "cancelled".into()),
        Field::Orphans => names("orphan", true.into()),
    };
    Some((expected, shown.trim_end().into()))
}

/// What an answer must look like.
pub fn form(expected: &str) -> &'static str {
    if expected.ends_with(" ms") {
        "a number of milliseconds"
    } else if expected.parse::<u32>().is_ok() {
        "a number"
    } else {
        "one or more words, separated by blanks or commas; or `none`"
    }
}

/// Order, case, punctuation and the unit `ms` do not count. A blank answer is never right.
pub fn is_right(answer: &str, expected: &str) -> bool {
    !answer.trim().is_empty() && words(answer) == words(expected)
}

fn words(answer: &str) -> BTreeSet<String> {
    let answer = answer.to_lowercase();
    let words = answer.split(|mark: char| !(mark.is_alphanumeric() || mark == '_'));
    let words = words.map(|word| word.trim_end_matches("ms"));
    let words = words.filter(|word| !["", "and", "none"].contains(word));
    words.map(String::from).collect()
}
