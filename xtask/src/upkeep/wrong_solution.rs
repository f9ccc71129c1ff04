//! Reads the wrong solutions that a lesson's pages show.
//!
//! A wrong solution is a section with one or more `diff` blocks and the test that catches it: a link
//! to the test, or a `console` block with `cargo test` and lines that it prints.

use std::path::Path;

use super::scratch::Change;
use crate::failure::Failure;
use crate::files;
use crate::lessons::{Lesson, Workspace};
use crate::markdown::{self, Part};

#[derive(Debug)]
pub struct WrongSolution {
    /// Of its heading: `step2-gather/README.md:170`.
    pub place: String,
    pub title: String,
    pub changes: Vec<Change>,
    pub caught_by: Test,
}

#[derive(Debug, PartialEq)]
pub struct Test {
    /// The file, or the folder, in `tests`.
    pub program: String,
    /// With its modules, as its program prints it.
    pub name: String,
    /// Lines that must be printed when the wrong solution is caught.
    pub prints: Vec<String>,
}

/// A lesson must have at least this many.
const FEWEST: usize = 3;

/// The wrong solutions on all pages of a lesson.
pub fn of_lesson(workspace: &Workspace, lesson: &Lesson) -> Result<Vec<WrongSolution>, Failure> {
    let mut found = Vec::new();
    for path in markdown::pages(&lesson.folder)? {
        let page = files::read(&path)?;
        let path = path.strip_prefix(&workspace.root).unwrap_or(&path);
        let parts = markdown::parts(&page);
        for section in parts.chunk_by(|_, next| !matches!(next, Part::Heading { .. })) {
            let solution = read(section, &page, path);
            let error = |error| Failure::usage(format!("{}:{error}", path.display()));
            found.extend(solution.map_err(error)?);
        }
    }
    if found.len() < FEWEST {
        let (name, count) = (&lesson.name, found.len());
        return Err(Failure::usage(format!(
            "{name}: the pages must show at least {FEWEST} wrong solutions, and show {count}"
        )));
    }
    Ok(found)
}

/// Reads a section of the page at `path`. An error begins with its line.
fn read(section: &[Part], page: &str, path: &Path) -> Result<Option<WrongSolution>, String> {
    let (mut changes, mut tests) = (Vec::new(), Vec::new());
    for part in section {
        match part {
            Part::Fence(fence) if fence.tag == "diff" => {
                let (block, line) = (&page[fence.content.clone()], fence.line);
                let change = Change::read(block, &path.with_file_name("src"));
                changes.push(change.map_err(|error| format!("{line}: {error}"))?);
            }
            Part::Fence(fence) if fence.tag == "console" => {
                tests.extend(shown(&page[fence.content.clone()]));
            }
            Part::Link(link) => tests.extend(linked(&link.target, link.code)),
            _ => {}
        }
    }
    let (false, [Part::Heading { line, text, .. }, ..]) = (changes.is_empty(), section) else {
        return Ok(None);
    };
    let count = tests.len();
    let [caught_by] = <[Test; 1]>::try_from(tests)
        .map_err(|_| format!("{line}: the section must name one test, and names {count}"))?;
    Ok(Some(WrongSolution {
        place: format!("{}:{line}", path.display()),
        title: (*text).into(),
        changes,
        caught_by,
    }))
}

/// The test of a block such as `$ cargo test -p step2-gather --test gather the_first_error`.
fn shown(block: &str) -> Option<Test> {
    let (command, printed) = block.split_once('\n')?;
    let arguments = command.strip_prefix("$ cargo test ")?;
    let (program, filter) = arguments.split_once("--test ")?.1.split_once(' ')?;
    let lines = printed.lines().map(str::trim);
    let lines = lines.filter(|line| !["", "..."].contains(line));
    let prints: Vec<_> = lines.map(String::from).collect();
    // The line `test NAME ... FAILED` has the whole name.
    let name = |line: &String| Some(line.strip_prefix("test ")?.split_once(' ')?.0.to_owned());
    Some(Test {
        program: program.into(),
        name: prints.iter().find_map(name).unwrap_or(filter.into()),
        prints,
    })
}

/// The test that a link such as [`name`](tests/program/module.rs) leads to.
fn linked(target: &str, code: Option<&str>) -> Option<Test> {
    let path = target.strip_prefix("tests/")?.strip_suffix(".rs")?;
    let mut path = path.split('/');
    let program = path.next()?.to_owned();
    let modules = path.filter(|module| *module != "main");
    let path: Vec<_> = modules.chain(code?.rsplit("::").next()).collect();
    Some(Test {
        program,
        name: path.join("::"),
        prints: Vec::new(),
    })
}
