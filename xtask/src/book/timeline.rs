//! Live timelines: in place of a console block that shows one, and for the questions of `predict`.

use serde_json::{Value, json};

use super::Book;
use crate::failure::Failure;
use crate::lessons::{Lesson, Question};
use crate::process;
use crate::teach::{answer_key, predict};

const DRAW: &str = "run -q -p step4-compare --example timeline --";
/// A mode, and how a drawing names it.
const MODES: [(&str, &str); 3] = [
    ("gather", "gather"),
    ("collect", "gather, collecting"),
    ("taskgroup", "TaskGroup"),
];

impl Book<'_> {
    /// A live figure in place of a console block that shows a timeline. Without JavaScript, the text of
    /// the block is shown.
    pub fn figure(&self, info: &str, block: &str) -> Result<Option<String>, Failure> {
        let text = block.lines().skip(1).filter(|line| *line != "```");
        let text = text.collect::<Vec<_>>().join("\n");
        let command = text.lines().next().unwrap_or_default();
        let command = command.strip_prefix("$ cargo ").unwrap_or_default();
        if info == "console live" {
            return self.recorded(command, &text).map(Some);
        }
        let jobs = command.strip_prefix("xtask timeline");
        let jobs = jobs.or(command.strip_prefix(DRAW)).and_then(shlex::split);
        let Some(jobs) = jobs.filter(|_| info == "console" && text.contains('▲')) else {
            return Ok(None);
        };
        let titles: Vec<_> = text.lines().map(|line| line.rsplit("· ").next()).collect();
        let modes = MODES.iter().filter(|mode| titles.contains(&Some(mode.1)));
        let modes: Vec<_> = modes.map(|(mode, _)| mode).collect();
        let data = json!({"jobs": self.jobs(&jobs)?, "modes": modes});
        Ok(Some(timeline(&data, &text)))
    }

    /// With `--json`, the program prints a run for each of its settings.
    fn recorded(&self, command: &str, text: &str) -> Result<String, Failure> {
        let mut runs = self.json(&format!("{command} --"), &[])?;
        for run in &mut runs {
            // Short, because it is part of a page: without keys, and most jobs complete.
            let values = |job: &Value| {
                let keys = ["name", "start_ms", "end_ms", "outcome", "error"];
                let count = if job["outcome"] == "completed" { 3 } else { 5 };
                keys[..count]
                    .iter()
                    .map(|key| job[key].clone())
                    .collect::<Value>()
            };
            let jobs = run["timeline"]["jobs"].as_array();
            let jobs: Vec<_> = jobs.into_iter().flatten().map(values).collect();
            run["timeline"] = json!({"jobs": jobs, "caller": run["timeline"]["caller"]});
        }
        let (name, command) = (command.rsplit(' ').next(), format!("cargo {command}"));
        let data = json!({"name": name, "command": command, "runs": runs});
        let script = format!("<script type=\"application/json\">{data}</script>");
        let text = one_line(text);
        Ok(format!(
            "<figure class=\"timeline recorded\"><pre><code>{text}</code></pre>{script}</figure>"
        ))
    }

    /// A question of `cargo xtask predict`, with its answer.
    pub fn question(&self, lesson: &Lesson, question: &Question) -> Result<String, Failure> {
        let (answer, shown) = answer_key::compute(self.workspace, lesson, question)?;
        let mut picture = String::new();
        if let Question::Jobs { jobs, mode, .. } = question {
            let options: Vec<_> = jobs.iter().map(|job| format!("--job={job}")).collect();
            let data = json!({"jobs": self.jobs(&options)?, "modes": [mode], "covered": true});
            picture = timeline(&data, "");
        }
        let (ask, answer) = (escape(&predict::text(question)), escape(&answer));
        let shown = one_line(&shown);
        Ok(format!(
            "<div class=\"question\"><p>{ask}</p>{picture}<details><summary>Answer</summary>\
             <p>{answer}</p><pre><code>{shown}</code></pre></details></div>\n\n"
        ))
    }

    /// Under gather each job runs to its end, so that timeline has every delay.
    fn jobs(&self, options: &[String]) -> Result<Value, Failure> {
        let timelines = self.json(DRAW, options)?;
        let gather = timelines
            .first()
            .and_then(|gather| gather["jobs"].as_array());
        let job = |job: &Value| json!({"name": job["name"], "delay_ms": job["end_ms"], "fail": job["error"]});
        Ok(gather.into_iter().flatten().map(job).collect())
    }

    /// The objects that the program prints with `--json`, one a line.
    fn json(&self, command: &str, options: &[String]) -> Result<Vec<Value>, Failure> {
        let mut cargo = self.workspace.cargo();
        let lines = process::output(
            cargo.args(command.split(' ')).arg("--json").args(options),
            "",
        )?;
        let objects = lines
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>();
        objects.map_err(|error| Failure::failed(format!("{command}: {error}")))
    }
}

fn timeline(data: &Value, text: &str) -> String {
    let (data, text) = (escape(&data.to_string()), one_line(text));
    format!(
        "<figure class=\"timeline\" data-timeline=\"{data}\"><pre><code>{text}</code></pre></figure>"
    )
}

/// A blank line would end an element in Markdown.
fn one_line(text: &str) -> String {
    escape(text.trim_end()).replace('\n', "&#10;")
}

pub fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
