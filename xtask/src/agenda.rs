//! `cargo xtask agenda`: what fits into the time, as a page to hand out.

mod plan;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::failure::Failure;
use crate::lessons::{Lesson, Workspace};
use crate::style::BOLD;
use plan::{Item, Plan};

#[derive(clap::Args)]
#[command(
    after_help = "The page goes to standard output, what to cut first to standard error.\n\
                  Exit codes: 0 there is a plan, 2 the time is too short for any."
)]
pub struct Options {
    /// The time there is, breaks included
    #[arg(long, value_name = "N")]
    minutes: u32,
}

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let lessons = &workspace.lessons;
    let Some(plan) = plan::of(lessons, options.minutes) else {
        let shortest = match lessons.first() {
            Some(first) => format!("the first lesson alone takes {}", first.minutes),
            None => "and there is no lesson".into(),
        };
        return Err(Failure::usage(format!(
            "nothing fits into {}: {shortest}",
            in_words(options.minutes)
        )));
    };
    page(&plan, lessons, options.minutes, &mut anstream::stdout())?;
    cuts(&plan, &mut anstream::stderr())?;
    Ok(ExitCode::SUCCESS)
}

fn page(plan: &Plan, lessons: &[Lesson], minutes: u32, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "# When one of many tasks fails: {}\n",
        in_words(minutes)
    )?;
    writeln!(
        out,
        "Before we begin: `cargo xtask doctor` says whether your laptop is ready.\n"
    )?;
    writeln!(out, "| from | to | |\n|---|---|---|")?;
    let mut clock = 0;
    for item in &plan.items {
        let (from, to) = (clock, clock + item.minutes());
        let what = match item {
            Item::Lesson(lesson) => {
                let Lesson { number, title, .. } = lesson;
                format!("**Lesson {number}**: [{title}]({})", page_of(lesson))
            }
            Item::Exercise(_, exercise) => format!("Exercise: {}", exercise.name),
            Item::Break => "*Break*".into(),
        };
        writeln!(out, "| {} | {} | {what} |", time(from), time(to))?;
        clock = to;
    }
    if clock < minutes {
        writeln!(out, "| {} | {} | Questions |", time(clock), time(minutes))?;
    }

    for (index, item) in plan.items.iter().enumerate() {
        let Item::Lesson(lesson) = item else {
            continue;
        };
        let Lesson {
            number,
            title,
            headline,
            ..
        } = lesson;
        writeln!(
            out,
            "\n## {number}. {title}\n\n{headline}\n\n    cargo xtask run {number}"
        )?;
        let of_lesson = plan.items[index + 1..].iter();
        let of_lesson = of_lesson.take_while(|item| !matches!(item, Item::Lesson(_)));
        let exercises: Vec<_> = of_lesson
            .filter_map(|item| match item {
                Item::Exercise(_, exercise) => Some(exercise),
                _ => None,
            })
            .collect();
        if exercises.is_empty() {
            continue;
        }
        writeln!(
            out,
            "\nTo write yourself, after `cargo xtask learn start {number}`:\n"
        )?;
        for exercise in exercises {
            let minutes = in_words(exercise.minutes);
            writeln!(
                out,
                "- **{}** ({minutes}): {}",
                exercise.name,
                exercise.task.trim()
            )?;
        }
    }

    let is_planned = |lesson: &Lesson| {
        plan.items
            .iter()
            .any(|item| matches!(item, Item::Lesson(one) if one.number == lesson.number))
    };
    let mut for_home = lessons
        .iter()
        .filter(|lesson| !is_planned(lesson))
        .peekable();
    if for_home.peek().is_some() {
        writeln!(out, "\n## To read at home\n")?;
    }
    for lesson in for_home {
        let Lesson {
            number,
            title,
            minutes,
            ..
        } = lesson;
        let page = page_of(lesson);
        writeln!(
            out,
            "- Lesson {number}: [{title}]({page}), {}",
            in_words(*minutes)
        )?;
    }
    Ok(())
}

fn cuts(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    if plan.cuts.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n{BOLD}If time gets short{BOLD:#}, leave out, in this order:"
    )?;
    for (index, item) in plan.cuts.iter().enumerate() {
        let what = match item {
            Item::Lesson(lesson) => format!("lesson {}, to read at home", lesson.number),
            Item::Exercise(lesson, exercise) => {
                format!("lesson {}'s exercise {}", lesson.number, exercise.name)
            }
            Item::Break => continue,
        };
        let saved = in_words(item.minutes());
        writeln!(out, "{:>3}. {what} ({saved})", index + 1)?;
    }
    Ok(())
}

fn page_of(lesson: &Lesson) -> String {
    let folder = lesson.folder.file_name().unwrap_or_default();
    format!("{}/README.md", folder.to_string_lossy())
}

fn in_words(minutes: u32) -> String {
    let plural = if minutes == 1 { "" } else { "s" };
    format!("{minutes} minute{plural}")
}

/// Since the beginning.
fn time(minutes: u32) -> String {
    format!("{}:{:02}", minutes / 60, minutes % 60)
}
