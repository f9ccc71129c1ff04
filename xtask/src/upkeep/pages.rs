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
use crate::markdown::{self, Part};
use crate::style::{BAD, BOLD, DIM, GOOD};

#[derive(clap::Args)]
pub struct Options {
    /// Write what the programs print into the pages
    #[arg(long)]
    write: bool,
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
            let Checked { problems, stale } = check(&text, &path, &workspace, options.write);
            // The last first, so that the places of the others stay true.
            for (place, printed) in stale.into_iter().rev() {
                text.replace_range(place, &printed);
            }
            files::write(&path, text)?;
            for (line, message) in &problems {
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
#[derive(Default)]
struct Checked {
    /// Each with its line.
    problems: Vec<(usize, String)>,
    /// Blocks to write anew, with their places.
    stale: Vec<(Range<usize>, String)>,
}

fn check(page: &str, path: &Path, workspace: &Workspace, write: bool) -> Checked {
    let Checked {
        mut problems,
        mut stale,
    } = Checked::default();
    // After a `diff`, the tests are those of a wrong solution: `cargo xtask misconceptions` runs them.
    let mut is_changed = false;
    for part in markdown::parts(page) {
        let fence = match part {
            Part::Fence(fence) => fence,
            Part::Heading { .. } => {
                is_changed = false;
                continue;
            }
            Part::Link(link) => {
                let problem = links::problem(&link.target, link.code, &link.title, path);
                problems.extend(problem.map(|problem| (link.line, problem)));
                continue;
            }
        };
        let block = &page[fence.content.clone()];
        match fence.tag.as_str() {
            "diff" => is_changed = true,
            "rs" => {
                let file = fence.file.unwrap_or_default();
                let problem = listing::compare(block, &file, path).err();
                problems.extend(problem.map(|(line, problem)| (fence.line + line, problem)));
            }
            "console" if is_changed && block.starts_with("$ cargo test ") => {}
            "console" => match console::rerun(block, workspace) {
                Ok(printed) if printed == block => {}
                Ok(printed) if write => stale.push((fence.content, printed)),
                Ok(printed) => {
                    let problem = format!("expected:\n{block}actual:\n{printed}");
                    problems.push((fence.line, problem));
                }
                Err(problem) => problems.push((fence.line, problem)),
            },
            _ => {}
        }
    }
    Checked { problems, stale }
}
