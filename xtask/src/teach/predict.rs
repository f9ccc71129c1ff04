//! `cargo xtask predict`: say what a program will do, then see what it does.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use super::answer_key;
use crate::failure::Failure;
use crate::lessons::{Field, Question, Selection, Workspace};
use crate::run;
use crate::style::{BAD, BOLD, DIM, GOOD, wrap};

#[derive(clap::Args)]
#[command(after_help = "\
Answers are read from standard input, one a line. When the input ends, the other
questions are printed with their answers: predict < /dev/null")]
pub struct Options {
    /// The lessons to ask about, as in `3`, `2-4`, `1,5`
    #[arg(value_name = "LESSONS", default_value = "all")]
    selection: Selection,
}

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let selected = workspace.select(&options.selection)?;
    let count: usize = selected.iter().map(|lesson| lesson.questions.len()).sum();
    if count == 0 {
        return Err(Failure::usage("these lessons have no questions"));
    }
    run::build(&workspace, &selected, &["--examples"])?;

    let mut input = io::stdin().lines().map_while(Result::ok).fuse();
    let mut out = anstream::stdout();
    let (mut number, mut answered, mut right) = (0, 0, 0);
    for lesson in selected {
        for question in &lesson.questions {
            let (expected, shown) = answer_key::compute(&workspace, lesson, question)?;
            number += 1;
            let heading = format!("Question {number} of {count}, lesson {}", lesson.number);
            let text = wrap(&text(question), 80).join("\n");
            writeln!(out, "{BOLD}{heading}{BOLD:#}\n{text}")?;
            let form = answer_key::form(&expected);
            write!(out, "{DIM}Answer with {form}.{DIM:#}\n> ")?;
            out.flush()?;
            let answer = input.next();
            answered += u32::from(answer.is_some());
            let is_shown = io::stdin().is_terminal() && answer.is_some();
            let answer = answer.unwrap_or_default();
            if !is_shown {
                writeln!(out, "{answer}")?;
            }

            writeln!(out, "\n{shown}\n")?;
            if answer_key::is_right(&answer, &expected) {
                right += 1;
                writeln!(out, "{GOOD}Right:{GOOD:#} {expected}\n")?;
            } else {
                writeln!(out, "{BAD}The answer is:{BAD:#} {expected}\n")?;
            }
        }
    }
    if answered > 0 {
        writeln!(out, "{BOLD}{right} of {answered} right{BOLD:#}")?;
    }
    Ok(ExitCode::SUCCESS)
}

pub fn text(question: &Question) -> String {
    let (jobs, mode, field) = match question {
        Question::Demo { ask, .. } => return ask.clone(),
        Question::Jobs { jobs, mode, field } => (jobs.join(", "), mode.as_str(), field),
    };
    let mode = match mode {
        "collect" => "gather (collecting)",
        "taskgroup" => "TaskGroup",
        other => other,
    };
    let ask = match field {
        Field::Caller => "At which millisecond does the caller get its result?",
        Field::Completed => "Which jobs complete?",
        Field::Cancelled => "Which jobs are cancelled?",
        Field::Orphans => "Which jobs end after the caller has its result?",
    };
    format!("{mode} runs the jobs {jobs}. {ask}")
}
