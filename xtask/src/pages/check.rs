//! The check of one page: each of its items, and a report of each problem.

use std::io::{self, Write};
use std::path::Path;

use super::command_line::{self, CommandLine};
use super::items::{Edit, Item};
use super::programs::{Answer, Programs};
use super::transcript::{Exchange, Transcript};
use super::{compare, links, say};
use crate::change::Change;
use crate::page::Fence;
use crate::style::{BOLD, DIM};

/// As much of a difference as a report shows.
const HEAD: usize = 30;
/// As much of a program's last words as a report shows.
const TAIL: usize = 15;

pub struct Check<'a, 'w> {
    /// The page's path from the workspace's root.
    pub shown: &'a Path,
    pub folder: &'a Path,
    pub programs: &'a mut Programs<'w>,
    pub write: bool,
    pub problems: usize,
    /// What is to be written into the page, in its order.
    pub edits: Vec<Edit>,
}

impl Check<'_, '_> {
    pub fn item(&mut self, item: &Item) -> io::Result<()> {
        match item {
            Item::Link(link) => match links::problem(link, self.folder) {
                Some(problem) => self.report(link.line, &problem, &[]),
                None => Ok(()),
            },
            Item::Console(fence) => match Transcript::read(fence) {
                Ok(transcript) => self.transcript(fence, &transcript),
                Err(problem) => self.report(fence.line, &problem, &[]),
            },
            Item::BreakIt { change, console } => match Transcript::read(console) {
                Ok(transcript) => self.break_it(change, console.line, &transcript),
                Err(problem) => self.report(console.line, &problem, &[]),
            },
        }
    }

    fn transcript(&mut self, fence: &Fence, transcript: &Transcript) -> io::Result<()> {
        if !transcript.shows_output() {
            for exchange in &transcript.exchanges {
                if !command_line::is_known(&exchange.command) {
                    self.report(exchange.line, "this command is not known here", &[])?;
                }
            }
            return Ok(());
        }
        let may_write = self.write && !transcript.has_gaps();
        let mut answers = Vec::new();
        let mut stale = false;
        for exchange in &transcript.exchanges {
            let Some(answer) = self.answer(exchange)? else {
                continue;
            };
            let same = compare::matches(&exchange.output, &answer.stdout);
            stale |= !same;
            // A program that fails with nothing to show was not built, or called in a wrong way.
            let silent = !answer.success && answer.stdout.is_empty();
            if !same && (!may_write || silent) {
                let mut details = compare::difference(&exchange.output, &answer.stdout);
                if details.len() > HEAD {
                    let more = details.split_off(HEAD).len();
                    details.push(format!("... and {more} lines"));
                }
                if !answer.success {
                    details.extend(tail(&answer.stderr));
                }
                let problem = format!("`{}` prints something else", exchange.command);
                self.report(exchange.line, &problem, &details)?;
            }
            if !silent {
                answers.push(answer.stdout);
            }
        }
        let complete = answers.len() == transcript.exchanges.len();
        if may_write && stale && complete {
            self.edits.push(Edit {
                fence: fence.clone(),
                lines: transcript.with_output(&answers),
            });
        }
        Ok(())
    }

    /// What the program prints now, or none if the command cannot be run, which is then reported.
    fn answer(&mut self, exchange: &Exchange) -> io::Result<Option<Answer>> {
        let line = exchange.line;
        let shown = self.shown.display().to_string();
        let command = &exchange.command;
        let answer = CommandLine::read(command).and_then(|command_line| {
            self.programs.answer(command, &command_line, || {
                say(&format!("{DIM}{shown}:{line}{DIM:#}  {command}"));
            })
        });
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(problem) => {
                self.report(line, &problem, &[])?;
                Ok(None)
            }
        }
    }

    fn break_it(&mut self, change: &Fence, line: usize, shows: &Transcript) -> io::Result<()> {
        let [exchange] = shows.exchanges.as_slice() else {
            return self.report(line, "a box to break something has one command", &[]);
        };
        let change_line = change.line;
        let change = match Change::read(&change.lines) {
            Ok(change) => change,
            Err(problem) => return self.report(change_line, &problem, &[]),
        };
        say(&format!(
            "{DIM}{}:{}{DIM:#}  {}  (broken)",
            self.shown.display(),
            exchange.line,
            exchange.command
        ));
        let answer = CommandLine::read(&exchange.command)
            .and_then(|command_line| self.programs.broken(&change, &command_line));
        let answer = match answer {
            Ok(answer) => answer,
            Err(problem) => return self.report(change_line, &problem, &[]),
        };
        let problem = if answer.success {
            "nothing fails after this change".into()
        } else {
            match compare::missing(&exchange.output, &answer.stdout) {
                None if exchange.output.is_empty() => "this shows no word of what fails".into(),
                None => return Ok(()),
                Some(line) => format!("after this change, nothing prints `{line}`"),
            }
        };
        let mut details = tail(&answer.stdout);
        if !answer.success {
            details.extend(tail(&answer.stderr));
        }
        self.report(exchange.line, &problem, &details)
    }

    fn report(&mut self, line: usize, problem: &str, details: &[String]) -> io::Result<()> {
        self.problems += 1;
        let mut out = anstream::stdout();
        let page = self.shown.display();
        writeln!(out, "{BOLD}{page}:{line}{BOLD:#}: {problem}")?;
        for detail in details {
            writeln!(out, "{}", format!("    {detail}").trim_end())?;
        }
        Ok(())
    }
}

fn tail(lines: &[String]) -> Vec<String> {
    lines[lines.len().saturating_sub(TAIL)..].to_vec()
}
