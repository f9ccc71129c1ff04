//! Live timelines: in place of a console block that shows one, and for the questions of `predict`.

use serde_json::{Value, json};

use super::Book;
use crate::failure::Failure;
use crate::lessons::{Lesson, Question};
use crate::process;
use crate::teach::{answer_key, predict};

impl Book<'_> {
    /// A live figure for a console block that shows a timeline. Without JavaScript, its text is shown.
    pub fn figure(&self, info: &str, fence: &str) -> Result<Option<String>, Failure> {
        let lines = || {
            fence
                .lines()
                .skip(1)
                .filter(|line| !line.starts_with("```"))
        };
        let text = lines().collect::<Vec<_>>().join("\n");
        let Some(command) = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("$ cargo "))
        else {
            return Ok(None);
        };
        if info == "console live" {
            return self.recorded(command, &text).map(Some);
        }
        let direct = "run -q -p step4-compare --example timeline --";
        let arguments = command
            .strip_prefix("xtask timeline")
            .or(command.strip_prefix(direct));
        let arguments = arguments.filter(|_| info == "console" && text.contains('▲'));
        let Some(arguments) = arguments.and_then(shlex::split) else {
            return Ok(None);
        };
        let titles = [
            ("gather", "gather"),
            ("collect", "gather, collecting"),
            ("taskgroup", "TaskGroup"),
        ];
        let is_shown = |title: &str| lines().any(|line| line.rsplit("· ").next() == Some(title));
        let modes = titles.iter().filter(|(_, title)| is_shown(title));
        let modes: Vec<_> = modes.map(|(mode, _)| mode).collect();
        Ok(Some(timeline(
            &json!({"jobs": self.jobs(&arguments)?, "modes": modes}),
            &text,
        )))
    }

    /// With `--json`, the program prints a run for each of its settings.
    fn recorded(&self, command: &str, text: &str) -> Result<String, Failure> {
        let arguments = command.split(' ').chain(["--", "--json"]);
        let lines = process::output(self.workspace.cargo().args(arguments), "")?;
        let runs = lines.lines().map(|line| {
            let mut settings: serde_json::Map<String, Value> = serde_json::from_str(line)?;
            let run = settings.remove("timeline").unwrap_or_default();
            let job = |job: &Value| {
                ["name", "start_ms", "end_ms", "outcome", "error"].map(|key| job[key].clone())
            };
            let jobs: Vec<_> = run["jobs"]
                .as_array()
                .into_iter()
                .flatten()
                .map(job)
                .collect();
            Ok(json!({"settings": settings, "jobs": jobs, "caller": run["caller"]}))
        });
        let runs = runs.collect::<serde_json::Result<Vec<_>>>();
        let runs = runs.map_err(|error| Failure::failed(format!("{command}: {error}")))?;
        let name = command.rsplit(' ').next();
        let data = json!({"name": name, "command": format!("cargo {command}"), "runs": runs});
        Ok(format!(
            "<figure class=\"timeline recorded\"><pre><code>{}</code></pre>\
             <script type=\"application/json\">{data}</script></figure>",
            one_line(text)
        ))
    }

    /// The questions of `cargo xtask predict`, each with its answer.
    pub fn questions(&self, lesson: &Lesson) -> Result<String, Failure> {
        let mut section = String::from(if lesson.questions.is_empty() {
            ""
        } else {
            "\n## Predict\n\n"
        });
        for question in &lesson.questions {
            let (answer, shown) = answer_key::compute(self.workspace, lesson, question)?;
            let mut picture = String::new();
            if let Question::Jobs { jobs, mode, .. } = question {
                let options: Vec<_> = jobs.iter().map(|job| format!("--job={job}")).collect();
                let data = json!({"jobs": self.jobs(&options)?, "modes": [mode], "covered": true});
                picture = timeline(&data, "");
            }
            let (ask, answer) = (escape(&predict::text(question)), escape(&answer));
            section = format!(
                "{section}<div class=\"question\"><p>{ask}</p>{picture}<details><summary>Answer</summary>\
                 <p>{answer}</p><pre><code>{}</code></pre></details></div>\n\n",
                one_line(&shown)
            );
        }
        Ok(section)
    }

    /// Under gather each job runs to its end, so that timeline has every delay.
    fn jobs(&self, arguments: &[String]) -> Result<Value, Failure> {
        let mut cargo = self.workspace.cargo();
        cargo.args([
            "run",
            "-q",
            "-p",
            "step4-compare",
            "--example",
            "timeline",
            "--",
            "--json",
        ]);
        let lines = process::output(cargo.args(arguments), "")?;
        let gather = serde_json::from_str(lines.lines().next().unwrap_or_default());
        let gather: Value = gather.map_err(|error| Failure::failed(error.to_string()))?;
        let job = |job: &Value| json!({"name": job["name"], "delay_ms": job["end_ms"], "fail": job["error"]});
        Ok(gather["jobs"]
            .as_array()
            .into_iter()
            .flatten()
            .map(job)
            .collect())
    }
}

fn timeline(data: &Value, text: &str) -> String {
    let data = escape(&data.to_string());
    format!(
        "<figure class=\"timeline\" data-timeline=\"{data}\"><pre><code>{}</code></pre></figure>",
        one_line(text)
    )
}

/// A blank line would end an element in Markdown.
fn one_line(text: &str) -> String {
    escape(text.trim_end()).replace('\n', "&#10;")
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
