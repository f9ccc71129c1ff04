//! Reads the wrong solutions that a lesson's pages show.
//!
//! A wrong solution is a section with one or more `diff` blocks and the test that catches it: a link
//! to the test, or a `console` block with `cargo test` and lines that it prints.

use std::fs;
use std::mem;
use std::path::{Component, Path};

use super::patch::Change;
use crate::lessons::{Lesson, Workspace};
use crate::markdown::{self, Part};

#[derive(Debug, Default)]
pub struct WrongSolution {
    /// Of its heading: `step2-gather/README.md:170`.
    pub place: String,
    pub title: String,
    pub changes: Vec<Change>,
    pub caught_by: Test,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Test {
    /// The file, or the folder, in `tests`.
    pub program: String,
    /// With its modules, as its program prints it.
    pub name: String,
    /// Lines that must be printed when the wrong solution is caught.
    pub prints: Vec<String>,
}

/// The wrong solutions on all pages of a lesson.
pub fn of_lesson(workspace: &Workspace, lesson: &Lesson) -> Result<Vec<WrongSolution>, String> {
    let failed = |path: &Path, error| format!("{}: {error}", path.display());
    let mut found = Vec::new();
    for path in markdown::pages(&lesson.folder).map_err(|error| failed(&lesson.folder, error))? {
        let text = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
        found.extend(read(
            &text,
            path.strip_prefix(&workspace.root).unwrap_or(&path),
        )?);
    }
    Ok(found)
}

/// `path` is the page's, from the workspace's root.
fn read(page: &str, path: &Path) -> Result<Vec<WrongSolution>, String> {
    let sources = path.with_file_name("src");
    let mut found = Vec::new();
    let mut section = WrongSolution::default();
    let mut tests = Vec::new();
    for part in markdown::parts(page) {
        let place = |line: usize| format!("{}:{line}", path.display());
        match part {
            Part::Heading { line, text, .. } => {
                found.extend(close(mem::take(&mut section), &mem::take(&mut tests))?);
                section.place = place(line);
                section.title = text.into();
            }
            Part::Fence { line, tag, content } if tag == "diff" => {
                let change = change(&page[content], &sources)
                    .map_err(|problem| format!("{}: {problem}", place(line)))?;
                section.changes.push(change);
            }
            Part::Fence { tag, content, .. } if tag == "console" => {
                tests.extend(shown(&page[content]));
            }
            Part::Link { target, code, .. } => tests.extend(linked(&target, code)),
            _ => {}
        }
    }
    found.extend(close(section, &tests)?);
    Ok(found)
}

/// The section as a wrong solution, if it has a change.
fn close(section: WrongSolution, tests: &[Test]) -> Result<Option<WrongSolution>, String> {
    if section.changes.is_empty() {
        return Ok(None);
    }
    // Beside the command, links to tests are only for reading.
    let shown = tests.iter().find(|test| !test.prints.is_empty());
    let caught_by = match (shown, tests) {
        (Some(test), _) | (None, [test]) => test.clone(),
        _ => {
            let (place, count) = (section.place, tests.len());
            return Err(format!(
                "{place}: the section must have one link to a test, and has {count}"
            ));
        }
    };
    Ok(Some(WrongSolution {
        caught_by,
        ..section
    }))
}

fn change(block: &str, sources: &Path) -> Result<Change, String> {
    let change = Change::read(block)?;
    let mut parts = change.path.components();
    if change.path.starts_with(sources) && !parts.any(|part| part == Component::ParentDir) {
        Ok(change)
    } else {
        let sources = sources.display();
        Err(format!("a wrong solution must change a file in {sources}"))
    }
}

/// The test of a block such as `$ cargo test -p step2-gather --test gather the_first_error`.
fn shown(block: &str) -> Option<Test> {
    let (command, printed) = block.split_once('\n')?;
    let (_, arguments) = command
        .strip_prefix("$ cargo test ")?
        .split_once("--test ")?;
    let (program, filter) = arguments.split_once(' ')?;
    let lines = printed.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && *line != "...");
    let prints: Vec<String> = lines.map(Into::into).collect();
    // The line `test NAME ... FAILED` has the whole name.
    let name = prints
        .iter()
        .find_map(|line| line.strip_prefix("test ")?.split_whitespace().next())
        .unwrap_or(filter);
    Some(Test {
        program: program.into(),
        name: name.into(),
        prints,
    })
}

/// The test that a link such as [`name`](tests/program/module.rs) leads to.
fn linked(target: &str, code: Option<&str>) -> Option<Test> {
    let name = code?.rsplit("::").next()?;
    let file = target.strip_prefix("tests/")?.strip_suffix(".rs")?;
    let mut modules = file.split('/');
    let program = modules.next()?.to_owned();
    let mut path: Vec<_> = modules.filter(|module| *module != "main").collect();
    path.push(name);
    Some(Test {
        program,
        name: path.join("::"),
        prints: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Test, read};

    const PAGE: &str = "\
# Page

See [`another`](tests/fetch.rs).

## Drop the handles

See [the code](src/a.rs).

```diff
# lesson/src/a.rs
-x
+y
```

```diff
# lesson/src/b.rs
-x
```

Caught by [`fails::at_once`](tests/group/fails.rs).

## Break it

```diff
# lesson/src/a.rs
-x
```

```console
$ cargo test -p lesson --test group at_once
test fails::at_once ... FAILED
...
 left: 1
```

See [`another`](tests/fetch.rs).
";

    #[test]
    fn a_section_with_changes_names_its_test_by_a_link_or_by_a_command() {
        let found = read(PAGE, Path::new("lesson/README.md")).unwrap();
        let found = found.into_iter().map(|one| {
            let Test { program, name, .. } = &one.caught_by;
            assert_eq!(
                (program.as_str(), name.as_str()),
                ("group", "fails::at_once")
            );
            (
                one.place,
                one.title,
                one.changes.len(),
                one.caught_by.prints,
            )
        });
        let prints = ["test fails::at_once ... FAILED", "left: 1"];
        let (linked, shown) = ("lesson/README.md:5", "lesson/README.md:22");
        assert_eq!(
            found.collect::<Vec<_>>(),
            [
                (linked.into(), "Drop the handles".into(), 2, Vec::new()),
                (
                    shown.into(),
                    "Break it".into(),
                    1,
                    prints.map(Into::into).into()
                ),
            ]
        );
    }

    #[test]
    fn a_section_that_cannot_be_tried_is_an_error_with_its_place() {
        let place = "a wrong solution must change a file in lesson/src";
        let link = "the section must have one link to a test, and has";
        for (old, new, line, expected) in [
            ("# lesson/src/b", "# lesson/tests/b", 15, place),
            ("src/b.rs", "src/../b.rs", 15, place),
            ("-x\n", "x\n", 9, "a change must not have the line `x`"),
            ("tests/group", "src/group", 5, &format!("{link} 0")),
            ("[the code]", "[`a`](tests/b.rs)", 5, &format!("{link} 2")),
        ] {
            let page = PAGE.replacen(old, new, 1);
            let problem = read(&page, Path::new("lesson/README.md")).unwrap_err();
            assert_eq!(problem, format!("lesson/README.md:{line}: {expected}"));
        }
    }
}
