//! What really happens.

use std::io;
use std::process::Command;

use serde_json::Value;

use crate::ask::ask;
use crate::failure::Failure;
use crate::lessons::{Field, Lesson, Question, Workspace};

/// The answer of a program.
pub struct Real {
    /// What it shows: a timeline, or a line of the demonstration.
    pub shown: String,
    /// The answer to the question.
    pub key: String,
}

const BLANK: &str = "___";
/// The lesson that plays jobs, and its example.
const PLAYS: (&str, &str) = ("step4-compare", "timeline");

/// Builds all that is asked about, before the first question.
pub fn build(workspace: &Workspace, chosen: &[&Lesson]) -> Result<(), Failure> {
    let mut command = workspace.cargo();
    command.arg("build");
    for lesson in chosen {
        let demo = |question: &Question| matches!(question, Question::Demo { .. });
        if lesson.questions.iter().any(demo) {
            command.args(["-p", &lesson.name, "--example", &lesson.demo()]);
        }
        if !lesson.questions.iter().all(demo) {
            command.args(["-p", PLAYS.0, "--example", PLAYS.1]);
        }
    }
    let status = command.stdout(io::stderr()).status();
    let built = status.map_err(|error| Failure::failed(format!("cannot run cargo: {error}")))?;
    if built.success() {
        Ok(())
    } else {
        Err(Failure::failed("the programs could not be built"))
    }
}

pub fn of(workspace: &Workspace, lesson: &Lesson, question: &Question) -> Result<Real, Failure> {
    match question {
        Question::Jobs { jobs, mode, field } => timeline(workspace, jobs, mode, *field),
        Question::Demo { line, .. } => {
            let output = ask(example(workspace, &lesson.name, &lesson.demo()), "")?;
            in_demo(&output, line)
                .map_err(|problem| Failure::failed(format!("{}: {problem}", lesson.name)))
        }
    }
}

fn example(workspace: &Workspace, package: &str, name: &str) -> Command {
    let mut command = workspace.cargo();
    command.args(["run", "-q", "-p", package, "--example", name, "--"]);
    command
}

fn timeline(
    workspace: &Workspace,
    jobs: &[String],
    mode: &str,
    field: Field,
) -> Result<Real, Failure> {
    let mut play = example(workspace, PLAYS.0, PLAYS.1);
    play.arg("--json");
    play.args(jobs.iter().flat_map(|job| ["--job", job]));
    let timelines = ask(play, "")?;
    let played = timelines.lines().find_map(|line| {
        let timeline: Value = serde_json::from_str(line).ok()?;
        (timeline["mode"] == mode).then_some((line, timeline))
    });
    let Some((line, timeline)) = played else {
        return Err(Failure::failed(format!("there is no timeline of `{mode}`")));
    };
    let mut draw = example(workspace, PLAYS.0, PLAYS.1);
    draw.arg("--read");
    Ok(Real {
        shown: ask(draw, line)?,
        key: in_timeline(&timeline, field),
    })
}

fn in_timeline(timeline: &Value, field: Field) -> String {
    let is_it: fn(&Value) -> bool = match field {
        Field::Caller => return format!("{} ms", timeline["caller"]["at_ms"]),
        Field::Completed => |job| job["outcome"] == "completed",
        Field::Cancelled => |job| job["outcome"] == "cancelled",
        Field::Orphans => |job| job["orphan"] == true,
    };
    let jobs = timeline["jobs"].as_array().into_iter().flatten();
    let names = jobs
        .filter(|job| is_it(job))
        .map(|job| job["name"].as_str());
    names.flatten().collect::<Vec<_>>().join(", ")
}

/// The one line of the output that is this one, and what stands in it where this one has a blank.
fn in_demo(output: &str, line: &str) -> Result<Real, String> {
    let squeeze = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = squeeze(line);
    let (before, behind) = wanted
        .split_once(BLANK)
        .ok_or_else(|| format!("`{line}` has no blank, {BLANK}"))?;
    let mut found = output.lines().filter_map(|line| {
        let squeezed = squeeze(line);
        let key = squeezed.strip_prefix(before)?.strip_suffix(behind)?;
        Some(Real {
            shown: format!("  {line}"),
            key: key.into(),
        })
    });
    match (found.next(), found.next()) {
        (Some(real), None) => Ok(real),
        (None, _) => Err(format!("the demonstration prints no line `{line}`")),
        (Some(_), Some(_)) => Err(format!("the demonstration prints `{line}` twice")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{in_demo, in_timeline};
    use crate::lessons::Field;

    #[test]
    fn the_answer_is_what_stands_in_the_blank() {
        let key = |line| in_demo("a  b   1 ms\na  c  2 ms\n", line).map(|real| real.key);
        assert_eq!(key("a b ___ ms"), Ok("1".into()));
        assert_eq!(key("a ___ 2 ms"), Ok("c".into()));
        let none = Err("the demonstration prints no line `x ___`".into());
        assert_eq!(key("x ___"), none);
        let twice = Err("the demonstration prints `a ___ ms` twice".into());
        assert_eq!(key("a ___ ms"), twice);
        assert_eq!(key("a b"), Err("`a b` has no blank, ___".into()));
    }

    #[test]
    fn the_answer_is_a_field_of_the_timeline() {
        let timeline = json!({
            "jobs": [
                { "name": "a", "outcome": "completed", "orphan": true },
                { "name": "b", "outcome": "failed", "orphan": false },
                { "name": "c", "outcome": "cancelled", "orphan": false },
                { "name": "d", "outcome": "completed", "orphan": false },
            ],
            "caller": { "at_ms": 10 },
        });
        for (field, answer) in [
            (Field::Caller, "10 ms"),
            (Field::Completed, "a, d"),
            (Field::Cancelled, "c"),
            (Field::Orphans, "a"),
        ] {
            assert_eq!(in_timeline(&timeline, field), answer);
        }
    }
}
