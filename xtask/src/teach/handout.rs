//! Parts of pages for a workshop: what a teacher reads, and the page that the learners get.

use crate::failure::Failure;
use crate::files;
use crate::lessons::{Lesson, Workspace};
use crate::process;

/// The lesson's section for the teacher. Its links are from the workspace's root.
pub fn notes(lesson: &Lesson) -> Result<String, Failure> {
    let page = files::read(&lesson.folder.join("README.md"))?;
    let to_folder = format!("]({}/", lesson.name);
    let notes = section(&page, "For the teacher").replace("](", &to_folder);
    Ok(notes
        .replace(&format!("{to_folder}http"), "](http")
        .replace(&format!("{to_folder}#"), &format!("{to_folder}README.md#")))
}

/// What fits on one sheet of paper: the picture of the lessons, and the table of what to use when.
pub fn handout(workspace: &Workspace) -> Result<String, Failure> {
    let mut timeline = workspace.example("step4-compare", "timeline");
    let timelines = process::output(timeline.arg("two-jobs"), "")?;
    let page = files::read(&workspace.root.join("README.md"))?;
    let lines = section(&page, "Which one when").lines();
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

/// The text below a heading of the second level, to the next one. Empty if there is no such heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let mut sections = page.split("\n## ");
    let text = sections.find_map(|section| section.strip_prefix(heading)?.strip_prefix('\n'));
    text.unwrap_or_default().trim()
}
