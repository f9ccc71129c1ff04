//! Parts of pages for a workshop: what a teacher reads, and the page that the learners get.

use std::fs;

use crate::failure::Failure;
use crate::lessons::{Lesson, Workspace};
use crate::markdown::{self, Part};
use crate::process;

/// The lesson's section for the teacher. Its links are from the workspace's root.
pub fn notes(lesson: &Lesson) -> String {
    let page = fs::read_to_string(lesson.folder.join("README.md")).unwrap_or_default();
    let section = section(&page, "For the teacher").unwrap_or_default();
    let folder = format!("]({}/", lesson.name);
    let mut texts = section.split("](");
    let mut notes = texts.next().unwrap_or_default().to_owned();
    for text in texts {
        let target = text.split(')').next().unwrap_or_default();
        let is_elsewhere = target.contains("://");
        notes += if is_elsewhere { "](" } else { &folder };
        notes += if target.starts_with('#') {
            "README.md"
        } else {
            ""
        };
        notes += text;
    }
    notes
}

/// What fits on one sheet of paper: the picture of the lessons, and the table of what to use when.
pub fn handout(workspace: &Workspace) -> Result<String, Failure> {
    let mut cargo = workspace.cargo();
    cargo.args(["run", "-q", "-p", "step4-compare", "--example", "timeline"]);
    let timelines = process::output(cargo.args(["--", "two-jobs"]), "")?;
    let page = fs::read_to_string(workspace.root.join("README.md")).unwrap_or_default();
    let lines = section(&page, "Which one when").unwrap_or_default().lines();
    let table: Vec<_> = lines.filter(|line| line.starts_with('|')).collect();
    if table.is_empty() {
        let error = "README.md has no table in a section `Which one when`";
        return Err(Failure::failed(error));
    }
    Ok(format!(
        "# When one of many tasks fails\n\nThe same two jobs, run in three ways. A solid line is work that the \
         caller waits for; at ▲ the\ncaller gets its result.\n\n```text\n{}\n```\n\n## Which one when\n\n{}\n",
        timelines.trim_end(),
        table.join("\n")
    ))
}

/// The text below the heading, to the next one.
fn section<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    let parts = markdown::parts(page);
    let headings = parts.iter().filter_map(|part| match part {
        Part::Heading { line, text, .. } => Some((*line, *text)),
        _ => None,
    });
    let mut headings = headings.skip_while(|(_, text)| *text != heading);
    let (first, _) = headings.next()?;
    let start = |line: usize| page.split_inclusive('\n').take(line).map(str::len).sum();
    let end = headings
        .next()
        .map_or(page.len(), |(next, _)| start(next - 1));
    Some(page[start(first)..end].trim())
}
