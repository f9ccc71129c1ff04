//! The answers to the questions of `cargo xtask predict`, computed by running the programs.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::failure::Failure;
use crate::lessons::{Field, Lesson, Question, Workspace};
use crate::process;

pub struct AnswerKey {
    pub expected: String,
    /// What the program shows: a timeline, or a line of the demonstration.
    pub shown: String,
}

pub fn compute(
    workspace: &Workspace,
    lesson: &Lesson,
    question: &Question,
) -> Result<AnswerKey, Failure> {
    let run = |package: &str, example: &str, arguments: &[&str]| {
        let mut cargo = workspace.cargo();
        cargo.args(["run", "-q", "-p", package, "--example", example, "--"]);
        process::output(cargo.args(arguments), "")
    };
    let key = match question {
        Question::Demo { line, .. } => from_demo(&run(&lesson.name, &lesson.demo(), &[])?, line),
        Question::Jobs { jobs, mode, field } => {
            let mut arguments: Vec<_> = jobs.iter().flat_map(|job| ["--job", job]).collect();
            let drawn = run("step4-compare", "timeline", &arguments)?;
            arguments.push("--json");
            let json = run("step4-compare", "timeline", &arguments)?;
            from_timelines(&drawn, &json, mode, *field)
        }
    };
    let what = format!("{}: the output does not answer {question:?}", lesson.name);
    key.ok_or(Failure::failed(what))
}

/// The answer stands where `line` has `___`. The output must have one such line.
fn from_demo(output: &str, line: &str) -> Option<AnswerKey> {
    let single_blanks = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let pattern = single_blanks(line);
    let (before, after) = pattern.split_once("___")?;
    let mut keys = output.lines().filter_map(|shown| {
        let line = single_blanks(shown);
        let expected = line.strip_prefix(before)?.strip_suffix(after)?;
        Some(AnswerKey::new(expected, shown))
    });
    keys.next().filter(|_| keys.next().is_none())
}

/// `drawn` has a paragraph and `json` a line for each mode, in the same order.
fn from_timelines(drawn: &str, json: &str, mode: &str, field: Field) -> Option<AnswerKey> {
    let (timeline, shown) = json.lines().zip(drawn.split("\n\n")).find_map(|pair| {
        let timeline: Value = serde_json::from_str(pair.0).ok()?;
        (timeline["mode"] == mode).then_some((timeline, pair.1))
    })?;
    let names = |key: &str, value: Value| {
        let jobs = timeline["jobs"].as_array().into_iter().flatten();
        let jobs = jobs.filter(|job| job[key] == value);
        let names: Vec<_> = jobs.filter_map(|job| job["name"].as_str()).collect();
        names.join(", ")
    };
    let expected = match field {
        Field::Caller => format!("{} ms", timeline["caller"]["at_ms"]),
        Field::Completed => names("outcome", "completed".into()),
        Field::Cancelled => names("outcome", "cancelled".into()),
        Field::Orphans => names("orphan", true.into()),
    };
    Some(AnswerKey::new(&expected, shown.trim_end()))
}

impl AnswerKey {
    fn new(expected: &str, shown: &str) -> Self {
        let is_none = words(expected).is_empty();
        let expected = if is_none { "none" } else { expected }.into();
        let shown = shown.into();
        Self { expected, shown }
    }

    /// What an answer must look like.
    pub fn form(&self) -> &'static str {
        if self.expected.ends_with(" ms") {
            "a number of milliseconds"
        } else if self.expected.parse::<u32>().is_ok() {
            "a number"
        } else {
            "words, in any order, separated by blanks or commas; or `none`"
        }
    }

    pub fn accepts(&self, answer: &str) -> bool {
        words(answer) == words(&self.expected)
    }
}

/// Order, case, punctuation and the unit `ms` do not make answers different.
fn words(answer: &str) -> BTreeSet<String> {
    let answer = answer.to_lowercase();
    let words = answer.split(|mark: char| !(mark.is_alphanumeric() || mark == '_'));
    let numbers = words.map(|word| match word.strip_suffix("ms") {
        Some(time) if time.bytes().all(|byte| byte.is_ascii_digit()) => time,
        _ => word,
    });
    let counted = numbers.filter(|word| !["", "and", "none"].contains(word));
    counted.map(String::from).collect()
}
