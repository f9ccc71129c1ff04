//! `cargo xtask agenda`: what fits into the time, as a page for the teacher.

use std::io::Write;
use std::process::ExitCode;

use super::predict;
use crate::failure::Failure;
use crate::files;
use crate::lessons::{Exercise, Lesson, Selection, Workspace};
use crate::process;

#[derive(clap::Args)]
#[command(after_help = RULE)]
pub struct Options {
    /// The time, breaks included
    #[arg(long, value_name = "N", default_value_t = 90)]
    minutes: u32,
    /// Choose from these, as in `3`, `2-4`, `1,5`
    #[arg(long, value_name = "LESSONS", default_value = "all")]
    lessons: Selection,
    /// Print the learners' sheet instead: timelines, and what to use when
    #[arg(long)]
    handout: bool,
}

/// The lesson that compares gather and TaskGroup.
const COMPARISON: u32 = 4;
const RULE: &str = "\
Lessons 1 to 4 come first, then one exercise for each of them, from 4 back to 1,
then each later lesson with one exercise, then the other exercises. If time runs
short, leave them out in the reverse order.";
const BREAK: u32 = 10;

/// A lesson, which is part 0, or one of its exercises.
#[derive(Clone, Copy)]
struct Item<'a> {
    lesson: &'a Lesson,
    part: usize,
}

impl<'a> Item<'a> {
    fn exercise(self) -> Option<&'a Exercise> {
        self.lesson.exercises.get(self.part.checked_sub(1)?)
    }

    fn minutes(self) -> u32 {
        let exercise = self.exercise();
        exercise.map_or(self.lesson.minutes, |exercise| exercise.minutes)
    }

    /// As [`RULE`] says.
    fn rank(&self) -> (u32, u32) {
        match (self.lesson.number, self.part) {
            (number @ ..=COMPARISON, 0) => (0, number),
            (number @ ..=COMPARISON, 1) => (1, COMPARISON - number),
            (number, 0 | 1) => (2, number),
            (number, _) => (3, number),
        }
    }
}

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let mut out = anstream::stdout();
    if options.handout {
        write!(out, "{}", handout(&workspace)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let lessons = workspace.select(&options.lessons)?;
    let minutes = options.minutes;
    let (rows, end) = schedule(&choose(&lessons, minutes));
    if rows.is_empty() {
        let least = lessons.first().map_or(0, |lesson| lesson.minutes);
        let error = format!("--minutes must be at least {least}, for the first lesson");
        return Err(Failure::usage(error));
    }
    writeln!(out, "# Workshop of {minutes} minutes\n\n{RULE}")?;
    for (start, item) in rows {
        write!(out, "\n## {}:{:02} ", start / 60, start % 60)?;
        let Some(item) = item else {
            writeln!(out, "Break")?;
            continue;
        };
        let (lesson, number) = (item.lesson, item.lesson.number);
        if let Some(Exercise { name, task, .. }) = item.exercise() {
            writeln!(out, "Exercise {name}\n\nWrite this: {task}\n")?;
            writeln!(out, "    cargo xtask learn start {number}")?;
            continue;
        }
        let (title, headline) = (&lesson.title, &lesson.headline);
        let page = format!("{}/README.md", lesson.name);
        writeln!(out, "Lesson {number}: [{title}]({page})\n\n{headline}\n")?;
        for question in &lesson.questions {
            writeln!(out, "- {}", predict::text(question))?;
        }
        writeln!(out, "\n    cargo xtask predict {number}")?;
        writeln!(out, "    cargo xtask run {number}")?;
        let notes = notes(lesson)?;
        if !notes.is_empty() {
            writeln!(out, "\n### Notes\n\n{notes}")?;
        }
    }
    writeln!(out, "\n## {}:{:02} End", end / 60, end % 60)?;
    Ok(ExitCode::SUCCESS)
}

/// The most important items that fit, in the order of the course.
fn choose<'a>(lessons: &[&'a Lesson], minutes: u32) -> Vec<Item<'a>> {
    let items = lessons.iter().flat_map(|&lesson| {
        let parts = 0..=lesson.exercises.len();
        parts.map(move |part| Item { lesson, part })
    });
    let mut candidates: Vec<_> = items.collect();
    candidates.sort_by_key(Item::rank);
    let mut chosen = Vec::new();
    let mut end = u32::MAX;
    for item in candidates {
        let number = item.lesson.number;
        let mut more = chosen.clone();
        more.push(item);
        more.sort_by_key(|item: &Item| (item.lesson.number, item.part));
        if number < end && schedule(&more).1 <= minutes {
            chosen = more;
        } else if item.part == 0 {
            // Later lessons build on this one.
            end = end.min(number);
        }
    }
    chosen
}

/// When each item begins, and when the last one ends. None is a break: it comes before an item that
/// would end more than an hour after the last break.
fn schedule<'a>(items: &[Item<'a>]) -> (Vec<(u32, Option<Item<'a>>)>, u32) {
    let mut rows = Vec::new();
    let (mut now, mut last_break) = (0, 0);
    for item in items {
        if now > last_break && now + item.minutes() > last_break + 60 {
            rows.push((now, None));
            now += BREAK;
            last_break = now;
        }
        rows.push((now, Some(*item)));
        now += item.minutes();
    }
    (rows, now)
}

/// The lesson's section for the teacher. Its links are from the workspace's root.
fn notes(lesson: &Lesson) -> Result<String, Failure> {
    let page = files::read(&lesson.folder.join("README.md"))?;
    let to_folder = format!("]({}/", lesson.name);
    let notes = section(&page, "For the teacher").replace("](", &to_folder);
    Ok(notes
        .replace(&format!("{to_folder}http"), "](http")
        .replace(&format!("{to_folder}#"), &format!("{to_folder}README.md#")))
}

/// What fits on one sheet of paper: the picture of the lessons, and the table of what to use when.
fn handout(workspace: &Workspace) -> Result<String, Failure> {
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
