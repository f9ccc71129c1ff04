//! Prints what the learner reads. Nothing else in `learn` prints.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::ops::Range;
use std::path::MAIN_SEPARATOR;

use console::{Term, measure_text_width};

use super::check::{FailedTest, Verdict};
use super::course::{self, ExerciseRef};
use super::files::shown;
use super::session::{Replaced, Selected, Session};
use super::source::{self, wrap};
use crate::style::{BAD, BOLD, DIM, GOOD};

pub struct View {
    out: anstream::AutoStream<io::Stdout>,
    width: usize,
    is_unicode: bool,
}

/// Longer messages of a test are cut.
const MESSAGE_LINES: usize = 12;
/// More misconceptions than these are not named.
const CAUSES: usize = 2;

impl View {
    pub fn new() -> Self {
        let set = |name: &&str| env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set);
        let locale = locale.unwrap_or_default().to_lowercase().replace('-', "");
        let (_, columns) = Term::stdout().size_checked().unwrap_or((24, 80));
        Self {
            out: anstream::stdout(),
            width: usize::from(columns).clamp(20, 80),
            is_unicode: cfg!(windows) || locale.contains("utf8"),
        }
    }

    /// All lessons and exercises, and how to go on.
    pub fn status(&mut self, session: &Session) -> io::Result<()> {
        let names = course::all(session.course).map(|one| one.exercise.name.len());
        let width = names.max().unwrap_or(0);
        for lesson in &session.course.lessons {
            let (number, title) = (lesson.number, &lesson.title);
            self.say(&format!("{BOLD}Lesson {number}  {title}{BOLD:#}"))?;
            for one in course::of_lesson(lesson) {
                let is_current = session.progress.current() == Some(&one.name());
                let here = if is_current { self.mark('▸') } else { ' ' };
                let mark = self.mark(if session.progress.is_done(&one) {
                    '✓'
                } else {
                    '·'
                });
                let (name, minutes) = (&one.exercise.name, one.exercise.minutes);
                let line = format!("{here} {mark} {name:width$}  {minutes:>2} minutes");
                self.say(&line)?;
            }
        }
        match session.current() {
            Ok(one) if session.progress.is_done(&one) => self.next(session, &one),
            Ok(one) => self.say(&format!(
                "\nTo check {}: {}",
                one.exercise.name,
                learn("check")
            )),
            Err(_) => self.say(&format!("\nTo begin: {}", learn("start"))),
        }
    }

    /// What selecting an exercise has done to the practice folder.
    pub fn copied(&mut self, session: &Session, selected: &Selected) -> io::Result<()> {
        let lesson = selected.exercise.lesson;
        if let Some(kept) = &selected.kept {
            self.say(&format!(
                "Your old copy of the lesson is in {}.",
                shown(kept)
            ))?;
        }
        if selected.is_new {
            let folder = shown(&session.practice.lesson_folder(lesson));
            self.say(&format!("Lesson {} is in {folder}.", lesson.number))?;
        } else {
            for path in &selected.written {
                self.say(&format!("{} was missing and is restored.", shown(path)))?;
            }
        }
        self.out.flush()
    }

    pub fn task(&mut self, session: &Session, one: &ExerciseRef) -> io::Result<()> {
        let (of, title) = (one.exercise, &one.lesson.title);
        self.say(&format!(
            "\n{BOLD}{}{BOLD:#}  {title}, {} minutes",
            of.name, of.minutes
        ))?;
        self.functions(session, one)?;
        self.say("These tests must pass:")?;
        for test in &of.tests {
            self.say(&format!("  {}", sentence(test)))?;
        }
        let (check, hint) = (learn("check"), learn("hint"));
        self.say(&format!(
            "\nTo check your code: {check}\nFor a hint: {hint}"
        ))
    }

    /// Where the functions are and what they must do.
    fn functions(&mut self, session: &Session, one: &ExerciseRef) -> io::Result<()> {
        let file = session.practice.file(one);
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        for name in &one.exercise.functions {
            let line = source::find(&text, name, &file).map(|found| found.line(&text));
            let line = line.map_or(String::new(), |line| format!(":{line}"));
            self.say(&format!("  {}{line}  {name}", shown(&file)))?;
        }
        self.say(&format!("  {}.", one.exercise.task))
    }

    /// A check may build for a minute.
    pub fn checking(&mut self, one: &ExerciseRef) -> io::Result<()> {
        if io::stdout().is_terminal() {
            self.say(&format!("{DIM}Checking {} ...{DIM:#}", one.exercise.name))?;
        }
        self.out.flush()
    }

    pub fn verdict(
        &mut self,
        session: &Session,
        one: &ExerciseRef,
        verdict: &Verdict,
    ) -> io::Result<()> {
        let (name, number) = (&one.exercise.name, one.lesson.number);
        self.summary(verdict, name)?;
        let mut outdated = None;
        match verdict {
            Verdict::Passed => {}
            Verdict::NotBuilt {
                errors,
                outdated: differ,
            } => {
                let first = errors.first().map_or("", |error| error.trim_end());
                for line in first.lines() {
                    writeln!(self.out, "{}", with_path(session, one, line))?;
                }
                if errors.len() > 1 {
                    self.say(&format!("\nThis is the first of {} errors.", errors.len()))?;
                }
                outdated = differ.then(|| "your copy of the tests differs".to_owned());
            }
            Verdict::Todo { exercise, tests } => {
                for test in tests {
                    self.failed(test)?;
                }
                let other = &exercise.exercise.name;
                if other == name {
                    self.say("To write:")?;
                    self.functions(session, one)?;
                } else {
                    let goto = learn(&format!("goto {other}"));
                    self.say(&format!(
                        "It needs {other}, which is not written yet: {goto}"
                    ))?;
                }
            }
            Verdict::Failed(tests) => {
                for test in tests {
                    self.message(session, one, test)?;
                }
            }
            Verdict::NoSuchTest(test) => outdated = Some(format!("your copy has no test {test}")),
        }
        if let Some(reason) = outdated {
            let start = learn(&format!("start {number} --fresh"));
            self.say(&format!(
                "\nLesson {number} has changed since you started it: {reason}. Start it again; your files are \
                 kept in a folder beside it, and you can copy your functions from there: {start}"
            ))?;
        }
        self.out.flush()
    }

    /// The verdict in two or three words.
    pub fn summary(&mut self, verdict: &Verdict, name: &str) -> io::Result<()> {
        let word = match verdict {
            Verdict::Passed => {
                let mark = self.mark('✓');
                return self.say(&format!("{GOOD}{mark} done{GOOD:#}  {name}"));
            }
            Verdict::NotBuilt { .. } => "does not compile",
            Verdict::Todo { .. } => "not written yet",
            Verdict::Failed(_) => "tests fail",
            Verdict::NoSuchTest(_) => "out of date",
        };
        self.say(&format!("{BAD}{word}{BAD:#}  {name}"))
    }

    fn failed(&mut self, test: &str) -> io::Result<()> {
        let mark = self.mark('✗');
        self.say(&format!("  {mark} {}", sentence(test)))
    }

    /// A failed test, what it printed, and why that may be.
    fn message(
        &mut self,
        session: &Session,
        one: &ExerciseRef,
        failed: &FailedTest,
    ) -> io::Result<()> {
        self.say("")?;
        self.failed(failed.test)?;
        let timed_out = "The test timed out and was killed. A loop without an await never gives its thread \
                         back; an await that nothing wakes waits for ever.";
        let output = failed.output.as_deref().unwrap_or(timed_out);
        for line in output.lines().take(MESSAGE_LINES) {
            let at = line.split_once(" panicked at ").map(|(_, place)| place);
            let line = at.map_or(line.into(), |at| {
                format!("at {}", with_path(session, one, at))
            });
            self.say(&format!("      {line}"))?;
        }
        let more = output.lines().count().saturating_sub(MESSAGE_LINES);
        if more > 0 {
            self.say(&format!("      ... and {more} more lines"))?;
        }
        for cause in failed.causes.iter().take(CAUSES) {
            self.say(&format!("      A common cause: {BOLD}{cause}{BOLD:#}"))?;
        }
        Ok(())
    }

    /// What comes after this exercise.
    pub fn next(&mut self, session: &Session, one: &ExerciseRef) -> io::Result<()> {
        let is_done = |one: &ExerciseRef| session.progress.is_done(one);
        if course::of_lesson(one.lesson).all(|one| is_done(&one)) {
            self.say(&format!("Lesson {} is done.", one.lesson.number))?;
        }
        match session.following(one) {
            Some(next) => self.say(&format!("Next is {}: {}", next.name(), learn("next"))),
            None if is_done(one) => self.say("All exercises are done."),
            None => self.say("All other exercises are done."),
        }
    }

    pub fn hints(&mut self, one: &ExerciseRef, range: Range<usize>) -> io::Result<()> {
        let all = one.exercise.hints.len();
        for index in range.clone() {
            self.say(&format!("{BOLD}Hint {} of {all}{BOLD:#}", index + 1))?;
            self.say(&format!("  {}", one.exercise.hints[index]))?;
        }
        if range.end == all {
            self.say(&format!("The lesson's own code: {}", learn("solution")))?;
        }
        Ok(())
    }

    pub fn solution(&mut self, one: &ExerciseRef, code: &str) -> io::Result<()> {
        let path = shown(&one.reference());
        writeln!(self.out, "{DIM}{path}{DIM:#}\n{}", code.trim_end())
    }

    pub fn replaced(&mut self, replaced: &Replaced) -> io::Result<()> {
        let Replaced { file, kept, reason } = replaced;
        let reason = reason.as_ref().map_or(String::new(), |reason| {
            format!("{reason}. So the whole file is restored.\n")
        });
        let (file, kept) = (shown(file), shown(kept));
        self.say(&format!("{reason}Written: {file}\nYour old file: {kept}"))
    }

    pub fn keys(&mut self) -> io::Result<()> {
        self.say(&format!(
            "\n{DIM}[n]ext [h]int [s]olution [l]ist [q]uit{DIM:#}"
        ))?;
        self.out.flush()
    }

    /// Clears a terminal. Elsewhere `anstream` removes the codes.
    pub fn clear(&mut self) -> io::Result<()> {
        write!(self.out, "\x1b[2J\x1b[H")
    }

    /// Prints the text, with long lines wrapped and their margins kept.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        for line in text.split('\n') {
            if measure_text_width(line) <= self.width {
                writeln!(self.out, "{line}")?;
                continue;
            }
            let margin = &line[..line.len() - line.trim_start().len()];
            for line in wrap(line, self.width - margin.len()) {
                writeln!(self.out, "{margin}{line}")?;
            }
        }
        Ok(())
    }

    /// The mark, or ASCII where the locale has nothing else.
    fn mark(&self, mark: char) -> char {
        match mark {
            _ if self.is_unicode => mark,
            '✓' => '+',
            '✗' => 'x',
            '▸' => '>',
            _ => '.',
        }
    }
}

fn learn(arguments: &str) -> String {
    format!("{BOLD}cargo xtask learn {arguments}{BOLD:#}")
}

/// The rule that the name of a test states.
fn sentence(test: &str) -> String {
    let name = test.rsplit("::").next().unwrap_or(test);
    name.replace('_', " ")
}

/// The line with a path from the current folder. The compiler's paths begin in the practice folder.
fn with_path(session: &Session, one: &ExerciseRef, line: &str) -> String {
    let folder = shown(&session.practice.lesson_folder(one.lesson));
    let from = format!("{}{MAIN_SEPARATOR}", one.lesson.name);
    line.replacen(&from, &format!("{folder}{MAIN_SEPARATOR}"), 1)
}
