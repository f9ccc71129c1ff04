//! `cargo xtask pages`: checks that the console blocks of the pages show what the programs print, that
//! the `rs` blocks show the code of the lessons, and that the links lead somewhere.

use std::io::Write;
use std::iter;
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;

use super::{console, links, listing};
use crate::failure::Failure;
use crate::files;
use crate::lessons::Workspace;
use crate::markdown::{self, Fence, Part};
use crate::style::{BAD, BOLD, DIM, GOOD};

#[derive(clap::Args)]
pub struct Options {
    /// Write what the programs print into the pages
    #[arg(long)]
    write: bool,
}

struct Problem {
    line: usize,
    message: String,
    /// What to write into the page, and where.
    fix: Option<(Range<usize>, String)>,
}

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let lessons = workspace.lessons.iter().map(|lesson| &lesson.folder);
    let (mut pages, mut count) = (0, 0);
    for folder in iter::once(&workspace.root).chain(lessons) {
        for path in markdown::pages(folder)? {
            let page = path.strip_prefix(&workspace.root).unwrap_or(&path);
            let page = page.display();
            writeln!(anstream::stderr(), "{DIM}{page}{DIM:#}")?;
            let mut text = files::read(&path)?;
            let (fixed, problems): (Vec<_>, Vec<_>) = problems(&text, &path, &workspace)
                .into_iter()
                .partition(|problem| options.write && problem.fix.is_some());
            // The last first, so that the places of the others stay true.
            for (place, block) in fixed.into_iter().rev().filter_map(|problem| problem.fix) {
                text.replace_range(place, &block);
                files::write(&path, &text)?;
            }
            for Problem { line, message, .. } in &problems {
                let place = format!("{BOLD}{page}:{line}{BOLD:#}");
                writeln!(anstream::stdout(), "{place}: {message}")?;
            }
            pages += 1;
            count += problems.len();
        }
    }
    let style = if count == 0 { GOOD } else { BAD };
    let problems = format!("{style}{count} problems{style:#}");
    writeln!(anstream::stderr(), "{pages} pages checked, {problems}")?;
    Ok(ExitCode::from(u8::from(count > 0)))
}

/// In the order of the page.
fn problems(page: &str, path: &Path, workspace: &Workspace) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |line, message, fix| problems.push(Problem { line, message, fix });
    // After a `diff`, the tests are those of a wrong solution: `cargo xtask misconceptions` runs them.
    let mut is_changed = false;
    for part in markdown::parts(page) {
        let Fence {
            line,
            tag,
            file,
            content,
        } = match part {
            Part::Fence(fence) => fence,
            Part::Heading { .. } => {
                is_changed = false;
                continue;
            }
            Part::Link(link) => {
                if let Some(message) = links::problem(&link.target, link.code, &link.title, path) {
                    add(link.line, message, None);
                }
                continue;
            }
        };
        let block = &page[content.clone()];
        match tag.as_str() {
            "diff" => is_changed = true,
            "rs" => {
                let compared = listing::compare(block, &file.unwrap_or_default(), path);
                if let Err((below, message)) = compared {
                    add(line + below, message, None);
                }
            }
            "console" if is_changed && block.starts_with("$ cargo test ") => {}
            "console" => match console::rerun(block, workspace) {
                Ok(printed) if printed == block => {}
                Ok(printed) => {
                    let message = format!("expected:\n{block}actual:\n{printed}");
                    add(line, message, Some((content, printed)));
                }
                Err(message) => add(line, message, None),
            },
            _ => {}
        }
    }
    problems
}
