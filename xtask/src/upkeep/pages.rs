//! `cargo xtask pages`: checks that the console blocks of the pages show what the programs print, and
//! that the links lead somewhere.

use std::fs;
use std::io::Write;
use std::iter;
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;

use super::{console, links};
use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::markdown::{self, Part};
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
    let failed = |path: &Path, error| Failure::failed(format!("{}: {error}", path.display()));
    let (mut pages, mut rewritten, mut remaining) = (0, 0, 0);
    for folder in iter::once(&workspace.root).chain(lessons) {
        for path in markdown::pages(folder).map_err(|error| failed(folder, error))? {
            pages += 1;
            let mut text = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
            let shown = path
                .strip_prefix(&workspace.root)
                .unwrap_or(&path)
                .display();
            let problems = problems(&text, &path, |line, command| {
                // Standard error may be closed.
                let _ = writeln!(anstream::stderr(), "{DIM}{shown}:{line}{DIM:#}  {command}");
                console::run(&workspace, command)
            });
            // The last first, so that the places of the others stay true.
            for Problem { line, message, fix } in problems.into_iter().rev() {
                if let (true, Some((place, fixed))) = (options.write, fix) {
                    text.replace_range(place, &fixed);
                    fs::write(&path, &text).map_err(|error| failed(&path, error))?;
                    rewritten += 1;
                } else {
                    remaining += 1;
                    writeln!(
                        anstream::stdout(),
                        "{BOLD}{shown}:{line}{BOLD:#}: {message}"
                    )?;
                }
            }
        }
    }
    let style = if remaining == 0 { GOOD } else { BAD };
    writeln!(
        anstream::stderr(),
        "{pages} pages checked, {rewritten} blocks rewritten, {style}problems: {remaining}{style:#}"
    )?;
    Ok(ExitCode::from(u8::from(remaining > 0)))
}

/// In the order of the page.
fn problems(
    page: &str,
    path: &Path,
    mut run: impl FnMut(usize, &str) -> Result<String, String>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    // After a `diff`, the tests are those of a wrong solution: `cargo xtask misconceptions` runs them.
    let mut is_changed = false;
    for part in markdown::parts(page) {
        let (line, message, fix) = match part {
            Part::Heading { .. } => {
                is_changed = false;
                continue;
            }
            Part::Link { line, target, code } => match links::problem(&target, code, path) {
                Some(message) => (line, message, None),
                None => continue,
            },
            Part::Fence { tag, .. } if tag == "diff" => {
                is_changed = true;
                continue;
            }
            Part::Fence { line, tag, content } if tag == "console" => {
                let block = &page[content.clone()];
                if is_changed && block.starts_with("$ cargo test ") {
                    continue;
                }
                match console::rerun(block, |command| run(line, command)) {
                    Ok(printed) if printed == block => continue,
                    Ok(printed) => {
                        let message = format!("expected:\n{block}actual:\n{printed}");
                        // A command that fails by surprise is not written into the page.
                        let is_usable = block.contains("\n? ") || !printed.contains("\n? ");
                        (line, message, is_usable.then_some((content, printed)))
                    }
                    Err(message) => (line, message, None),
                }
            }
            Part::Fence { .. } => continue,
        };
        problems.push(Problem { line, message, fix });
    }
    problems
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::problems;

    const PAGE: &str = "\
[a](gone.rs)

```console
$ cargo a
old
```

```text
$ cargo b
old
```

```diff
# a.rs
-x
```

```console
$ cargo test -p a
old
```

# Next

```console
$ cargo c
new
```
";

    fn lines_and_fixes(printed: &str) -> Vec<(usize, Option<String>)> {
        let problems = problems(PAGE, Path::new("PAGE.md"), |_, _| Ok(printed.into()));
        let fixed = problems.into_iter().map(|problem| {
            let fixed = problem.fix.map(|(place, fixed)| {
                let mut page = PAGE.to_owned();
                page.replace_range(place, &fixed);
                page
            });
            (problem.line, fixed)
        });
        fixed.collect()
    }

    #[test]
    fn links_and_console_blocks_are_checked_but_not_the_tests_of_a_wrong_solution() {
        let fixed = PAGE.replacen("old", "new", 1);
        assert_eq!(lines_and_fixes("new\n"), [(1, None), (3, Some(fixed))]);
    }

    #[test]
    fn the_output_of_a_command_that_fails_by_surprise_is_not_written() {
        assert_eq!(lines_and_fixes("? 1\n"), [(1, None), (3, None), (24, None)]);
    }
}
