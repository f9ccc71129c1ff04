//! Reads the wrong solutions that a lesson's pages show.
//!
//! A wrong solution is a section with one or more `diff` blocks and the test that catches it: a link
//! to the test, or a `console` block with `cargo test` and lines that it prints.

use std::fs;
use std::path::Path;

use super::patch::Change;
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
pub fn of_lesson(workspace: &Workspace, lesson: &Lesson) -> Result<Vec<WrongSolution>, String> {
    let failed = |path: &Path, error| format!("{}: {error}", path.display());
    let mut found = Vec::new();
    for path in markdown::pages(&lesson.folder).map_err(|error| failed(&lesson.folder, error))? {
        let text = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
        let path = path.strip_prefix(&workspace.root).unwrap_or(&path);
        found.extend(read(&text, path)?);
    }
    if found.len() < FEWEST {
        let (name, count) = (&lesson.name, found.len());
        return Err(format!(
            "{name}: the pages must show at least {FEWEST} wrong solutions, and show {count}"
        ));
    }
    Ok(found)
}

/// `path` is the page's, from the workspace's root.
fn read(page: &str, path: &Path) -> Result<Vec<WrongSolution>, String> {
    let parts = markdown::parts(page);
    let sections = parts.chunk_by(|_, next| !matches!(next, Part::Heading { .. }));
    let solutions = sections.map(|section| read_section(section, page, path));
    solutions.filter_map(Result::transpose).collect()
}

fn read_section(parts: &[Part], page: &str, path: &Path) -> Result<Option<WrongSolution>, String> {
    let place = |line: &usize| format!("{}:{line}", path.display());
    let (mut changes, mut tests) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Part::Fence {
                line, tag, content, ..
            } if tag == "diff" => {
                let change = Change::read(&page[content.clone()], &path.with_file_name("src"));
                changes.push(change.map_err(|problem| format!("{}: {problem}", place(line)))?);
            }
            Part::Fence { tag, content, .. } if tag == "console" => {
                tests.extend(shown(&page[content.clone()]));
            }
            Part::Link { target, code, .. } => tests.extend(linked(target, *code)),
            _ => {}
        }
    }
    let [Part::Heading { line, text, .. }, ..] = parts else {
        return Ok(None);
    };
    if changes.is_empty() {
        return Ok(None);
    }
    let place = place(line);
    let [caught_by] = <[Test; 1]>::try_from(tests).map_err(|tests| {
        let count = tests.len();
        format!("{place}: the section must name one test, and names {count}")
    })?;
    let title = (*text).to_owned();
    Ok(Some(WrongSolution {
        place,
        title,
        changes,
        caught_by,
    }))
}

/// The test of a block such as `$ cargo test -p step2-gather --test gather the_first_error`.
fn shown(block: &str) -> Option<Test> {
    let (command, printed) = block.split_once('\n')?;
    let (_, arguments) = command
        .strip_prefix("$ cargo test ")?
        .split_once("--test ")?;
    let (program, filter) = arguments.split_once(' ')?;
    let lines = printed.lines().map(|line| line.trim().to_owned());
    let prints: Vec<_> = lines
        .filter(|line| !line.is_empty() && line != "...")
        .collect();
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
    let mut path = target
        .strip_prefix("tests/")?
        .strip_suffix(".rs")?
        .split('/');
    let program = path.next()?.to_owned();
    let modules = path.filter(|module| *module != "main");
    let path: Vec<_> = modules.chain(code?.rsplit("::").next()).collect();
    Some(Test {
        program,
        name: path.join("::"),
        prints: Vec::new(),
    })
}
