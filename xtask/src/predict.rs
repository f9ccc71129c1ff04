//! `cargo xtask predict`: first say what will happen, then see what happens.
//!
//! The answers are taken from what the programs do now. They are written down nowhere, and so they
//! cannot be wrong.

mod answer;
mod real;

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use crate::failure::Failure;
use crate::lessons::{Field, Lesson, Question, Workspace};
use crate::steps::{self, Steps};
use crate::style::{BAD, BOLD, DIM, GOOD};
use answer::words;
use real::Real;

#[derive(clap::Args)]
#[command(
    after_help = "Answers are read from standard input, one a line. Names come in any order; `none` is an answer.\n\
                  Exit codes: 0 whatever was answered, 1 a program failed, 2 there is no such lesson or \
                  nothing is asked."
)]
pub struct Options {
    /// The lessons to be asked about, as in `3`, `2-4`, `1,5` [default: all]
    steps: Option<Steps>,
}

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let chosen = steps::choose(options.steps.as_ref(), None, &workspace.lessons);
    let chosen = chosen.map_err(Failure::usage)?;
    let count: usize = chosen.iter().map(|lesson| lesson.questions.len()).sum();
    if count == 0 {
        return Err(Failure::usage("nothing is asked in this lesson"));
    }
    real::build(&workspace, &chosen)?;

    let mut answers = io::stdin().lock().lines();
    let mut out = anstream::stdout();
    let (mut number, mut right) = (0, 0);
    for lesson in chosen {
        let Lesson {
            number: step,
            title,
            ..
        } = lesson;
        writeln!(out, "{BOLD}Step {step}  {title}{BOLD:#}")?;
        for question in &lesson.questions {
            number += 1;
            writeln!(out, "\n{BOLD}Question {number} of {count}{BOLD:#}\n")?;
            put(question, &mut out)?;
            write!(out, "> ")?;
            out.flush()?;
            let answer = answers.next().transpose()?;
            if !io::stdin().is_terminal() {
                writeln!(out, "{}", answer.as_deref().unwrap_or_default())?;
            }

            let Real { shown, key } = real::of(&workspace, lesson, question)?;
            writeln!(out, "\n{}\n", shown.trim_end())?;
            let answer = answer.filter(|answer| !answer.trim().is_empty());
            let is_right = answer.is_some_and(|answer| words(&answer) == words(&key));
            right += u32::from(is_right);
            let key = if words(&key).is_empty() { "none" } else { &key };
            if is_right {
                writeln!(out, "{GOOD}Right:{GOOD:#} {key}")?;
            } else {
                writeln!(out, "{BAD}It is:{BAD:#} {key}")?;
            }
        }
        writeln!(out)?;
    }
    writeln!(out, "{BOLD}{right} of {count} right{BOLD:#}")?;
    Ok(ExitCode::SUCCESS)
}

fn put(question: &Question, out: &mut impl Write) -> io::Result<()> {
    match question {
        Question::Demo { ask, .. } => writeln!(out, "{ask}"),
        Question::Jobs { jobs, mode, field } => {
            let how = match mode.as_str() {
                "collect" => "gather, collecting",
                "taskgroup" => "TaskGroup",
                other => other,
            };
            let asked = match field {
                Field::Caller => "At which millisecond does the caller have its answer?",
                Field::Completed => "Which jobs complete?",
                Field::Cancelled => "Which jobs are cancelled?",
                Field::Orphans => "Which jobs end when the caller has its answer already?",
            };
            writeln!(out, "{BOLD}{how}{BOLD:#}{DIM}, of the jobs{DIM:#}")?;
            for job in jobs {
                writeln!(out, "  {job}")?;
            }
            writeln!(out, "{asked}")
        }
    }
}
