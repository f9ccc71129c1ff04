//! Live timelines: in place of a console block that shows one, and for the questions of `predict`.

use serde_json::{Value, json};

use super::Book;
use crate::failure::Failure;
use crate::lessons::{Lesson, Question};
use crate::process;
use crate::teach::{answer_key, predict};

impl Book<'_> {
    pub fn timeline(&self, arguments: &[String], fence: &str) -> Result<String, Failure> {
        let shown = |mode: &str| {
            fence
                .lines()
                .any(|line| line == mode || line.ends_with(&format!("· {mode}")))
        };
        let titles = [
            ("gather", "gather"),
            ("collect", "gather, collecting"),
            ("taskgroup", "TaskGroup"),
        ];
        let modes: Vec<_> = titles
            .iter()
            .filter(|title| shown(title.1))
            .map(|title| title.0)
            .collect();
        let text = fence
            .trim_start_matches("```console\n")
            .trim_end_matches('`');
        Ok(figure(
            &json!({"jobs": self.jobs(arguments)?, "modes": modes}),
            text,
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
                picture = figure(&data, "");
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

/// The arguments of the command that draws the timeline in this console block, if there is one.
pub fn arguments(info: &str, fence: &str) -> Option<Vec<String>> {
    let command = fence.lines().nth(1)?.strip_prefix("$ cargo ")?;
    let direct = "run -q -p step4-compare --example timeline --";
    let arguments = command
        .strip_prefix("xtask timeline")
        .or(command.strip_prefix(direct))?;
    shlex::split(arguments).filter(|_| info == "console" && fence.contains('▲'))
}

/// Without JavaScript, the text is shown.
fn figure(data: &Value, text: &str) -> String {
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
