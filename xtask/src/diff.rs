//! `cargo xtask diff 2 3`: what one lesson changes over another.
//!
//! The lessons' folders side by side would be thousands of lines, most of them about other things.
//! What a room wants to see fits on a screen: which crates and public names come and go, and the
//! functions that do the same job in both.

mod pairs;
mod source;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::process::ExitCode;

use similar::{ChangeTag, TextDiff};

use crate::failure::Failure;
use crate::lessons::{Lesson, Workspace};
use crate::steps;
use crate::style::{BAD, BOLD, DIM, GOOD};
use source::{Function, Source};

#[derive(clap::Args)]
#[command(after_help = "Exit codes: 0 the difference was shown, 2 there is no such lesson.")]
pub struct Options {
    /// The lesson to begin with
    #[arg(value_name = "LESSON")]
    old: u32,
    /// The lesson that changes it
    #[arg(value_name = "LESSON")]
    new: u32,
}

/// A list of names is broken here.
const COLUMNS: usize = 80;

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let lesson = |number| steps::one(number, &workspace.lessons).map_err(Failure::usage);
    let (old, new) = (lesson(options.old)?, lesson(options.new)?);
    if old.number == new.number {
        return Err(Failure::usage("a lesson changes nothing over itself"));
    }
    let read = |lesson: &Lesson| {
        let cannot = |error| Failure::failed(format!("{}: {error}", lesson.name));
        Source::read(&lesson.folder).map_err(cannot)
    };
    let (old_source, new_source) = (read(old)?, read(new)?);

    let mut out = anstream::stdout();
    for (mark, lesson) in [('-', old), ('+', new)] {
        let Lesson { number, title, .. } = lesson;
        writeln!(out, "{mark} {BOLD}Step {number}  {title}{BOLD:#}")?;
    }
    names("Crates", &old.dependencies, &new.dependencies, &mut out)?;
    names("Public", &old_source.public, &new_source.public, &mut out)?;
    let pairs = pairs::of(&old_source.functions, &new_source.functions);
    for (from, to) in &pairs {
        function((old, from), (new, to), &mut out)?;
    }
    if pairs.is_empty() {
        writeln!(out, "\n{DIM}No function of the two is like another.{DIM:#}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is among the old names alone, and what among the new.
fn names(title: &str, old: &[String], new: &[String], out: &mut impl Write) -> io::Result<()> {
    let old: BTreeSet<_> = old.iter().collect();
    let new: BTreeSet<_> = new.iter().collect();
    let sides = [
        ('-', BAD, old.difference(&new)),
        ('+', GOOD, new.difference(&old)),
    ];
    if old == new {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}{title}{BOLD:#}")?;
    for (mark, style, names) in sides {
        let names: Vec<_> = names.map(|name| name.as_str()).collect();
        for line in lines(&names) {
            writeln!(out, "{style}{mark} {line}{style:#}")?;
        }
    }
    Ok(())
}

fn lines(names: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut() {
            Some(line) if line.len() + 2 + name.len() < COLUMNS => {
                line.push_str("  ");
                line.push_str(name);
            }
            _ => lines.push((*name).into()),
        }
    }
    lines
}

fn function(
    (old_lesson, old): (&Lesson, &Function),
    (new_lesson, new): (&Lesson, &Function),
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out)?;
    for (mark, lesson, function) in [("---", old_lesson, old), ("+++", new_lesson, new)] {
        let Function { file, name, .. } = function;
        let lesson = &lesson.name;
        writeln!(
            out,
            "{BOLD}{mark} {name}{BOLD:#}  {DIM}{lesson}/{file}{DIM:#}"
        )?;
    }
    if old.code == new.code {
        return writeln!(out, "{DIM}the same{DIM:#}");
    }
    for change in TextDiff::from_lines(&old.code, &new.code).iter_all_changes() {
        let line = change.value().trim_end();
        match change.tag() {
            ChangeTag::Delete => writeln!(out, "{BAD}-{line}{BAD:#}")?,
            ChangeTag::Insert => writeln!(out, "{GOOD}+{line}{GOOD:#}")?,
            ChangeTag::Equal => writeln!(out, "{}", format!(" {line}").trim_end())?,
        }
    }
    Ok(())
}
