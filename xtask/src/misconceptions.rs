//! `cargo xtask misconceptions`: the tests are tested.
//!
//! Each lesson has a page of wrong solutions that a learner really writes, and each of them names the
//! test that must catch it. Here every one is put in the place of the right one, in a copy of the
//! workspace, and its test has to fail.

mod read;
mod trial;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use crate::failure::Failure;
use crate::lessons::{Lesson, Workspace};
use crate::scratch::Scratch;
use crate::steps::{self, Steps};
use crate::style::{BAD, BOLD, GOOD};
pub use read::Misconception;
use trial::{NotCaught, Trial};

#[derive(clap::Args)]
pub struct Options {
    /// The steps whose tests are tested, as in `3`, `2-4`, `1,5` [default: all]
    steps: Option<Steps>,
}

/// The misconceptions of a lesson; none if it has no page of them, or one that cannot be read.
pub fn of(workspace: &Workspace, lesson: &Lesson) -> Vec<Misconception> {
    let page = Page::read(workspace, lesson);
    page.map_or_else(|_| Vec::new(), |page| page.misconceptions)
}

const PAGE: &str = "MISCONCEPTIONS.md";
/// More of the compiler's words than these are left to the compiler.
const SHORT: usize = 12;

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let chosen =
        steps::choose(options.steps.as_ref(), None, &workspace.lessons).map_err(Failure::usage)?;
    // All pages are read before the first trial: a typing error in the last is heard of at once.
    let pages = chosen
        .into_iter()
        .map(|lesson| Page::read(&workspace, lesson))
        .collect::<Result<Vec<_>, _>>()?;
    let scratch = Scratch::copy(&workspace)
        .map_err(|error| Failure::failed(format!("the workspace cannot be copied: {error}")))?;

    let start = Instant::now();
    let mut not_caught = 0;
    for page in &pages {
        not_caught += page.try_all(&scratch)?;
    }
    let all: usize = pages.iter().map(|page| page.misconceptions.len()).sum();
    let seconds = start.elapsed().as_secs();
    let (style, found, code) = match not_caught {
        0 => (GOOD, "all caught".into(), ExitCode::SUCCESS),
        _ => (BAD, format!("{not_caught} not caught"), ExitCode::FAILURE),
    };
    writeln!(
        anstream::stdout(),
        "{style}{all} misconceptions, {found}{style:#} in {seconds} s"
    )?;
    Ok(code)
}

/// A lesson's page, read.
struct Page<'a> {
    lesson: &'a Lesson,
    /// The lesson's, from the workspace's root.
    folder: &'a Path,
    misconceptions: Vec<Misconception>,
}

impl<'a> Page<'a> {
    fn read(workspace: &Workspace, lesson: &'a Lesson) -> Result<Self, Failure> {
        let folder = &lesson.folder;
        let folder = folder.strip_prefix(&workspace.root).unwrap_or(folder);
        let page = folder.join(PAGE);
        let page = page.display();
        let text = fs::read_to_string(lesson.folder.join(PAGE))
            .map_err(|error| Failure::usage(format!("{page}: {error}")))?;
        let misconceptions = read::read(&text, &folder.join("src")).map_err(|problem| {
            Failure::usage(format!("{page}:{}: {}", problem.line, problem.words))
        })?;
        Ok(Self {
            lesson,
            folder,
            misconceptions,
        })
    }

    /// Says of each what became of it. Returns how many were not caught.
    fn try_all(&self, scratch: &Scratch) -> Result<usize, Failure> {
        let lesson = self.lesson;
        let mut out = anstream::stdout();
        writeln!(
            out,
            "{BOLD}Step {}  {}{BOLD:#}",
            lesson.number, lesson.title
        )?;
        out.flush()?;
        let cannot = |error| Failure::failed(format!("{}: cannot be run: {error}", lesson.name));
        let trial = Trial::new(scratch, lesson, self.folder);
        // First all tests without a change, so that the lesson as it stands is built once.
        let without_change = self
            .misconceptions
            .iter()
            .map(|misconception| trial.without_change(&misconception.caught_by))
            .collect::<io::Result<Vec<_>>>()
            .map_err(cannot)?;
        let mut not_caught = 0;
        for (misconception, problem) in self.misconceptions.iter().zip(without_change) {
            let problem = match problem {
                Some(problem) => Some(problem),
                None => trial.with_change(misconception).map_err(cannot)?,
            };
            not_caught += usize::from(problem.is_some());
            self.say(misconception, problem, &mut out)?;
        }
        Ok(not_caught)
    }

    /// A line, and below it what is wrong if it was not caught.
    fn say(
        &self,
        misconception: &Misconception,
        problem: Option<NotCaught>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let name = &misconception.name;
        let Some(NotCaught { word, words, more }) = problem else {
            writeln!(out, "  {GOOD}{:<16}{GOOD:#}  {name}", "caught")?;
            return out.flush();
        };
        writeln!(out, "  {BAD}{word:<16}{BAD:#}  {name}")?;
        let page = self.folder.join(PAGE);
        let place = format!("{}:{}", page.display(), misconception.line);
        writeln!(out, "    {place}: {words}")?;
        for line in more.iter().take(SHORT) {
            writeln!(out, "{}", format!("    {line}").trim_end())?;
        }
        if more.len() > SHORT {
            writeln!(out, "    ... and {} lines", more.len() - SHORT)?;
        }
        out.flush()
    }
}
