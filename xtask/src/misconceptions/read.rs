//! A lesson's page of wrong solutions, read.

use std::path::Path;

use crate::change::Change;
use crate::page::{Link, Part, parts};

/// A wrong solution.
#[derive(Debug, PartialEq)]
pub struct Misconception {
    /// Of its heading.
    pub line: usize,
    pub name: String,
    /// Its first paragraphs: why one thinks so, and what comes of it.
    pub why: String,
    pub changes: Vec<Change>,
    pub caught_by: Test,
}

#[derive(Debug, PartialEq)]
pub struct Test {
    /// Its program: the file, or the folder, in `tests`.
    pub program: String,
    /// With its modules, as its program prints it.
    pub name: String,
}

#[derive(Debug, PartialEq)]
pub struct Problem {
    pub line: usize,
    pub words: String,
}

/// A lesson has at least so many.
const FEWEST: usize = 3;

/// What stands under one heading.
struct Section {
    line: usize,
    name: String,
    changes: Vec<Change>,
    tests: Vec<Test>,
}

/// The misconceptions of a page: each has a heading of the second level, under it one or more blocks
/// tagged `diff`, one for each place to change, and one link to a test. `sources` is the folder in
/// which they make their changes.
pub fn read(text: &str, sources: &Path) -> Result<Vec<Misconception>, Problem> {
    let mut sections: Vec<Section> = Vec::new();
    for part in parts(text) {
        match (part, sections.last_mut()) {
            (
                Part::Heading {
                    line,
                    level: 2,
                    text,
                },
                _,
            ) => sections.push(Section {
                line,
                name: text,
                changes: Vec::new(),
                tests: Vec::new(),
            }),
            (Part::Fence { tag, fence }, section) if tag == "diff" => {
                let problem = |words| Problem {
                    line: fence.line,
                    words,
                };
                let change = Change::read(&fence.lines).map_err(problem)?;
                if !change.path.starts_with(sources) {
                    let words = format!("a misconception changes only {}", sources.display());
                    return Err(problem(words));
                }
                let section =
                    section.ok_or_else(|| problem("a change without a heading".into()))?;
                section.changes.push(change);
            }
            (Part::Link(link), Some(section)) => section.tests.extend(test(&link)),
            _ => {}
        }
    }
    if sections.len() < FEWEST {
        return Err(Problem {
            line: 1,
            words: format!(
                "a lesson has {FEWEST} misconceptions or more, and here are {}",
                sections.len()
            ),
        });
    }
    sections
        .into_iter()
        .map(|section| {
            let why = words_behind(section.line, text);
            section.close(why)
        })
        .collect()
}

/// What stands between a heading and the first block.
fn words_behind(heading: usize, text: &str) -> String {
    let lines = text.lines().skip(heading);
    let words: Vec<_> = lines.take_while(|line| !line.starts_with("```")).collect();
    words.join("\n").trim().to_owned()
}

impl Section {
    fn close(self, why: String) -> Result<Misconception, Problem> {
        let Self {
            line,
            name,
            changes,
            tests,
        } = self;
        let problem = |words: String| Err(Problem { line, words });
        if changes.is_empty() {
            return problem("there is no change (a block `diff`)".into());
        }
        let found = tests.len();
        let Ok([caught_by]) = <[Test; 1]>::try_from(tests) else {
            return problem(format!(
                "one test has to catch it, and {found} links lead to one: ``Caught by [`name`](tests/file.rs).``"
            ));
        };
        Ok(Misconception {
            line,
            name,
            why,
            changes,
            caught_by,
        })
    }
}

/// The test to which this link leads, if it leads to one.
fn test(link: &Link) -> Option<Test> {
    let name = link.code.as_deref()?.rsplit("::").next()?;
    let file = link.target.strip_prefix("tests/")?.strip_suffix(".rs")?;
    let mut modules = file.split('/');
    let program = modules.next()?.to_owned();
    let mut path: Vec<_> = modules.filter(|module| *module != "main").collect();
    path.push(name);
    Some(Test {
        program,
        name: path.join("::"),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Misconception, Problem, Test, read};

    const GOOD: &str = "\
# Wrong solutions

Do not confuse them with [`right`](tests/right.rs).

## Drop the *handles*

Tempting, because it is short. See [the code](src/a.rs).

```diff
# lesson/src/a.rs
-x
+y
```

And elsewhere:

```diff
# lesson/src/b.rs
-x
```

Caught by [`waits`](tests/fetch.rs).

## Two

```diff
# lesson/src/a.rs
-x
```

Caught by [`fails::at_once`](tests/group/fails.rs).

## Three

```diff
# lesson/src/a.rs
-x
```

Caught by [`here`](tests/group/main.rs).
";

    fn read_page(text: &str) -> Result<Vec<Misconception>, Problem> {
        read(text, Path::new("lesson/src"))
    }

    /// The page's only problem, after this replacement.
    fn problem(old: &str, new: &str) -> (usize, String) {
        let problem = read_page(&GOOD.replacen(old, new, 1)).unwrap_err();
        (problem.line, problem.words)
    }

    #[test]
    fn a_misconception_has_a_name_its_changes_and_a_test() {
        let misconceptions = read_page(GOOD).unwrap();
        let read: Vec<_> = misconceptions
            .iter()
            .map(|one| (one.line, one.name.as_str(), one.changes.len()))
            .collect();
        assert_eq!(
            read,
            [(5, "Drop the handles", 2), (24, "Two", 1), (33, "Three", 1)]
        );
        assert_eq!(
            misconceptions[0].why,
            "Tempting, because it is short. See [the code](src/a.rs)."
        );
        assert_eq!(
            misconceptions[0].changes[1].path,
            Path::new("lesson/src/b.rs")
        );
    }

    #[test]
    fn a_test_has_its_program_and_the_modules_that_its_file_is() {
        let tests = read_page(GOOD)
            .unwrap()
            .into_iter()
            .map(|one| one.caught_by);
        let test = |program: &str, name: &str| Test {
            program: program.into(),
            name: name.into(),
        };
        assert_eq!(
            tests.collect::<Vec<_>>(),
            [
                test("fetch", "waits"),
                test("group", "fails::at_once"),
                test("group", "here"),
            ]
        );
    }

    #[test]
    fn fewer_than_three_are_too_few() {
        let (two, _) = GOOD.split_at(GOOD.find("## Three").unwrap());
        let words = "a lesson has 3 misconceptions or more, and here are 2".into();
        assert_eq!(read_page(two), Err(Problem { line: 1, words }));
    }

    #[test]
    fn a_change_outside_the_lessons_sources_is_an_error() {
        let words = "a misconception changes only lesson/src";
        for path in ["lesson/tests/a.rs", "other/src/a.rs", "lesson/src2/a.rs"] {
            assert_eq!(
                problem("# lesson/src/a.rs", &format!("# {path}")),
                (9, words.into())
            );
        }
    }

    #[test]
    fn a_change_that_cannot_be_read_or_has_no_heading_is_an_error_with_its_line() {
        assert_eq!(problem("-x\n+y", "+y").0, 9);
        assert_eq!(
            problem("## Drop", "Drop"),
            (9, "a change without a heading".into())
        );
    }

    #[test]
    fn a_misconception_without_a_change_is_an_error() {
        let words = "there is no change (a block `diff`)";
        assert_eq!(problem("## Two", "## Empty\n\n## Two"), (24, words.into()));
    }

    #[test]
    fn a_misconception_without_a_test_or_with_two_is_an_error() {
        let (line, words) = problem("[`waits`]", "[waits]");
        assert_eq!(line, 5);
        assert!(words.contains("and 0 links lead to one"), "{words}");
        let (_, words) = problem("[the code](src/a.rs)", "[`other`](tests/fetch.rs)");
        assert!(words.contains("and 2 links lead to one"), "{words}");
    }
}
