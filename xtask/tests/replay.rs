//! Types each lesson as its page says, step by step, in a copy of the workspace.
//!
//! The functions in the page's `rs` blocks are `todo!()` at first. Each step types in its own. A test that
//! the step shows as `... ok` must fail before the step and pass after it. In the end all tests pass.
//!
//! This builds each lesson several times. So it needs `LONG_TESTS=1`; one lesson alone is
//! `LONG_TESTS=1 cargo test -p xtask --test replay lesson_2`.

// Commands of xtask do the same work. Each of these files has more than is needed here.
#![allow(dead_code)]

#[path = "../src/failure.rs"]
mod failure;
#[path = "../src/files.rs"]
mod files;
#[path = "../src/lessons.rs"]
mod lessons;
#[path = "../src/markdown.rs"]
mod markdown;
#[path = "../src/process.rs"]
mod process;
#[path = "../src/upkeep/scratch.rs"]
mod scratch;
#[path = "../src/style.rs"]
mod style;
mod support;
#[path = "../src/test_program.rs"]
mod test_program;
#[path = "support/workspace.rs"]
mod workspace;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lessons::{Lesson, Workspace};
use markdown::{Fence, Part};
use scratch::Scratch;
use syn::spanned::Spanned;
use syn::{Block, ImplItem, Item, Signature};
use test_program::TestResult;

/// For one test. It needs milliseconds, but the machine may be busy.
const TEST_LIMIT: Duration = Duration::from_secs(30);
/// For all tests of a lesson, with the time to build them.
const LESSON_LIMIT: Duration = Duration::from_secs(1200);

macro_rules! lessons {
    ($($name:ident $number:literal)*) => {
        $(#[test]
        fn $name() {
            replay_lesson($number);
        })*
    };
}

lessons! { lesson_1 1  lesson_2 2  lesson_3 3  lesson_4 4  lesson_5 5  lesson_6 6  lesson_7 7 }

/// The copy is shared.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn replay_lesson(number: u32) {
    // The output of `eprintln!` is shown for failed tests only.
    let mut stderr = io::stderr();
    let mut say = |line: &str| writeln!(stderr, "lesson {number}: {line}").unwrap();
    if std::env::var_os("LONG_TESTS").is_none() {
        return say("not replayed without LONG_TESTS=1");
    }
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let workspace = Workspace::find().unwrap();
    let is_meant = |lesson: &&Lesson| lesson.number == number;
    let lesson = workspace.lessons.iter().find(is_meant).unwrap();
    let (steps, problems) = replay(&workspace, lesson);
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    say(&format!("{steps} steps replayed"));
}

/// A section of a page that types functions in, or whose heading begins with `Step`.
struct Step<'a> {
    line: usize,
    title: &'a str,
    functions: Vec<Typed<'a>>,
    tests: Vec<Shown<'a>>,
}

/// A function on a page.
struct Typed<'a> {
    /// From the lesson's folder.
    file: String,
    name: String,
    body: &'a str,
}

/// A line `test NAME ... ok` of a page.
struct Shown<'a> {
    line: usize,
    name: &'a str,
    /// Of `--test PROGRAM`. Without it, the test may be in any program.
    program: Option<&'a str>,
}

/// The number of steps on the lesson's page, and all that is wrong.
fn replay(workspace: &Workspace, lesson: &Lesson) -> (usize, Vec<String>) {
    let text = fs::read_to_string(lesson.folder.join("README.md")).unwrap();
    let folder = lesson.folder.strip_prefix(&workspace.root).unwrap();
    let page = folder.join("README.md").display().to_string();
    let steps = match steps(&text) {
        Ok(steps) if steps.is_empty() => return (0, vec![format!("{page}: there is no step")]),
        Ok(steps) => steps,
        Err((line, error)) => return (0, vec![format!("{page}:{line}: {error}")]),
    };
    let scratch = Scratch::copy(workspace).unwrap();
    let folder = scratch.root.join(folder);
    let functions = steps.iter().flat_map(|step| &step.functions);
    let sources = functions.map(|typed| (typed.file.as_str(), lesson.folder.join(&typed.file)));
    let sources: HashMap<_, _> = sources
        .map(|(file, path)| (file, fs::read_to_string(path).unwrap()))
        .collect();

    let mut problems = Vec::new();
    for done in 0..=steps.len() {
        for (file, source) in &sources {
            let (text, missing) = type_in(source, file, &steps, done);
            fs::write(folder.join(file), text).unwrap();
            if done == 0 {
                problems.extend(missing.iter().map(|problem| format!("{page}:{problem}")));
            }
        }
        if done == 0 && !problems.is_empty() {
            return (0, problems);
        }
        let programs = Programs {
            scratch: &scratch,
            lesson,
            folder: &folder,
            built: HashMap::new(),
        };
        problems.extend(check(&steps, done, programs, &page));
    }

    let mut cargo = scratch.cargo();
    cargo.args(["test", "-q", "--no-fail-fast", "-p", &lesson.name]);
    let all = process::capture(&mut cargo, "", LESSON_LIMIT).unwrap();
    if all.success != Some(true) {
        let printed = all.stderr + &all.stdout;
        problems.push(format!("{page}: in the end, not all tests pass\n{printed}"));
    }
    (steps.len(), problems)
}

/// Runs the tests of the last step that is done, which must pass, and of the next one, which must fail.
fn check(steps: &[Step], done: usize, mut programs: Programs, page: &str) -> Vec<String> {
    let after = done.checked_sub(1).map(|last| (&steps[last], "after"));
    let before = steps.get(done).map(|step| (step, "before"));
    let mut problems = Vec::new();
    for (step, when) in after.into_iter().chain(before) {
        for test in &step.tests {
            let problem = match (programs.run(test), when) {
                (Ok(TestResult::Passed), "after")
                | (Ok(TestResult::Failed(_) | TestResult::TimedOut), "before") => continue,
                (Ok(TestResult::Passed), _) => "passes".into(),
                (Ok(TestResult::Failed(printed)), _) => format!("fails\n{}", printed.trim()),
                (Ok(TestResult::TimedOut), _) => "hangs".into(),
                (Ok(TestResult::Missing), _) => "does not exist".into(),
                (Err(error), _) => format!("does not compile\n{}", error.trim()),
            };
            let (line, title, name) = (test.line, step.title, test.name);
            problems.push(format!(
                "{page}:{line}: {title}: {when} it, {name} {problem}"
            ));
        }
    }
    problems
}

/// The test programs of a lesson in the copy, built when they are needed.
struct Programs<'a> {
    scratch: &'a Scratch,
    lesson: &'a Lesson,
    folder: &'a Path,
    built: HashMap<String, Result<PathBuf, Vec<String>>>,
}

impl Programs<'_> {
    /// The error is the compiler's.
    fn run(&mut self, test: &Shown) -> Result<TestResult, String> {
        let names = match test.program {
            Some(program) => vec![program.to_owned()],
            None => self.all(),
        };
        for name in names {
            let build = match self.built.entry(name) {
                Entry::Occupied(build) => build.into_mut(),
                Entry::Vacant(empty) => {
                    let (cargo, lesson) = (self.scratch.cargo(), &self.lesson.name);
                    let build = test_program::build(cargo, lesson, empty.key());
                    empty.insert(build)
                }
            };
            let program = build.as_ref().map_err(|errors| errors.concat())?;
            let result = test_program::run(program, self.folder, test.name, TEST_LIMIT);
            if result != TestResult::Missing {
                return Ok(result);
            }
        }
        Ok(TestResult::Missing)
    }

    fn all(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.join("tests")).unwrap();
        let paths = files.map(|entry| entry.unwrap().path());
        let programs = paths.filter(|path| path.is_file() || path.join("main.rs").exists());
        let names = programs.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
        names.collect()
    }
}

/// The steps of a page. An error comes with its line.
fn steps(page: &str) -> Result<Vec<Step<'_>>, (usize, String)> {
    let mut steps = Vec::new();
    let parts = markdown::parts(page);
    let lines: Vec<_> = page.lines().collect();
    // A step may have headings of the fourth level.
    let begins = |part: &Part| matches!(part, Part::Heading { line, .. } if !lines[line - 1].starts_with("####"));
    for section in parts.chunk_by(|_, next| !begins(next)) {
        let [Part::Heading { line, text, .. }, parts @ ..] = section else {
            continue;
        };
        let (mut functions, mut tests) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Part::Fence(Fence {
                    line,
                    tag,
                    file: Some(file),
                    content,
                }) if tag == "rs" => {
                    let block = &page[content.clone()];
                    let found = functions_in(block).map_err(|error| (*line, error.to_string()))?;
                    functions.extend(found.into_iter().map(|(name, body)| Typed {
                        file: file.clone(),
                        name,
                        body: &block[body],
                    }));
                }
                Part::Fence(Fence {
                    line, tag, content, ..
                }) if tag == "console" => tests.extend(shown(&page[content.clone()], *line)),
                _ => {}
            }
        }
        if functions.is_empty() && !text.starts_with("Step ") {
            continue;
        }
        if tests.is_empty() {
            return Err((*line, format!("{text}: no test is shown as `... ok`")));
        }
        steps.push(Step {
            line: *line,
            title: text,
            functions,
            tests,
        });
    }
    Ok(steps)
}

fn shown(block: &str, line: usize) -> Vec<Shown<'_>> {
    let (mut tests, mut program) = (Vec::new(), None);
    for (text, line) in block.lines().zip(line + 1..) {
        if let Some(command) = text.strip_prefix("$ ") {
            program = command
                .split(' ')
                .skip_while(|word| *word != "--test")
                .nth(1);
        }
        let test = text
            .strip_prefix("test ")
            .and_then(|text| text.strip_suffix(" ... ok"));
        if let Some(test) = test {
            // Behind the name may be ` - should panic`.
            let name = test.split(' ').next().unwrap_or(test);
            tests.push(Shown {
                line,
                name,
                program,
            });
        }
    }
    tests
}

/// The file when the first steps are done. The functions of the other ones are `todo!()`. Also what is
/// on the page but not in the file.
fn type_in(source: &str, file: &str, steps: &[Step], done: usize) -> (String, Vec<String>) {
    let mut bodies: Vec<(Range<usize>, &str)> = Vec::new();
    let mut missing = Vec::new();
    let real: HashMap<_, _> = functions_in(source).unwrap().into_iter().collect();
    for (index, step) in steps.iter().enumerate() {
        for typed in step.functions.iter().filter(|typed| typed.file == file) {
            let body = if index < done {
                typed.body
            } else {
                "{ todo!() }"
            };
            match real.get(&typed.name) {
                // A page may show a function again later.
                Some(range) if bodies.iter().any(|(other, _)| other == range) => {}
                Some(range) => bodies.push((range.clone(), body)),
                None => missing.push(format!("{}: {file} has no `{}`", step.line, typed.name)),
            }
        }
    }
    bodies.sort_unstable_by_key(|(range, _)| range.start);
    let mut text = source.to_owned();
    for (range, body) in bodies.into_iter().rev() {
        text.replace_range(range, body);
    }
    (text, missing)
}

/// The functions and methods whose bodies can be `todo!()`: `fn half`, `impl Number: fn half`. With the
/// bytes of their bodies.
fn functions_in(code: &str) -> syn::Result<Vec<(String, Range<usize>)>> {
    let mut functions = Vec::new();
    for item in syn::parse_file(code)?.items {
        match item {
            Item::Fn(item) => functions.extend(function(code, "", &item.sig, &item.block)),
            Item::Impl(item) => {
                let start = item.impl_token.span.byte_range().start;
                let end = item.brace_token.span.open().byte_range().start;
                let words: Vec<_> = code[start..end].split_whitespace().collect();
                let of = words.join(" ") + ": ";
                for item in &item.items {
                    if let ImplItem::Fn(item) = item {
                        functions.extend(function(code, &of, &item.sig, &item.block));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(functions)
}

/// None if the body cannot be `todo!()`: that is no `impl Trait`, and it must not run at compile time.
fn function(
    code: &str,
    of: &str,
    signature: &Signature,
    body: &Block,
) -> Option<(String, Range<usize>)> {
    let output = &code[signature.output.span().byte_range()];
    let is_kept = signature.constness.is_some() || output.contains("impl ");
    let name = format!("{of}fn {}", signature.ident);
    (!is_kept).then(|| (name, body.span().byte_range()))
}

const FIRST_STEP: &str = "\
## Write it

### Step 1: Halve

```rs src/lib.rs
pub fn half(number: u32) -> u32 {
    number >> 1
}
```

```console
$ cargo test -p lesson --test halves
test four_has_two ... ok
";

const SECOND_STEP: &str = "\
```

### Step 2: Keep

```rs src/lib.rs
pub fn whole(number: u32) -> u32 {
    number
}
```

```console
$ cargo test -p lesson
test one_is_whole ... ok
";

/// A workspace whose lesson has this page, and a third test.
fn small(name: &str, page: &str) -> (usize, Vec<String>) {
    let root = workspace::workspace(name);
    let tests = fs::read_to_string(root.join("lesson/tests/halves.rs")).unwrap();
    let (tests, _) = tests.rsplit_once("#[test]").unwrap();
    workspace::write(&root, "lesson/tests/halves.rs", tests);
    let third = "#[test]\nfn one_is_whole() {\n    assert_eq!(lesson::whole(1), 1);\n}\n";
    workspace::write(&root, "lesson/tests/wholes.rs", third);
    workspace::write(&root, "lesson/README.md", page);
    let lesson = Lesson {
        name: "lesson".into(),
        folder: root.join("lesson"),
        ..Lesson::default()
    };
    let workspace = Workspace {
        target: root.join("target"),
        root,
        lessons: Vec::new(),
    };
    replay(&workspace, &lesson)
}

#[test]
fn each_step_of_a_right_page_turns_its_tests_green() {
    let page = [FIRST_STEP, SECOND_STEP, "```\n"].concat();
    assert_eq!(small("replay-right", &page), (2, Vec::new()));
}

#[test]
fn a_test_that_fails_after_its_step_or_passes_before_it_is_a_problem() {
    let early = "test one_is_whole ... ok\n";
    let again = "test one_has_none ... ok\ntest gone ... ok\n";
    let page = [FIRST_STEP, early, SECOND_STEP, again, "```\n"].concat();
    let (_, problems) = small("replay-wrong", &page.replace("--test halves", ""));
    let first_lines: Vec<_> = problems
        .iter()
        .filter_map(|one| one.lines().next())
        .collect();
    assert_eq!(
        first_lines,
        [
            "lesson/README.md:14: Step 1: Halve: after it, one_is_whole fails",
            "lesson/README.md:28: Step 2: Keep: before it, one_has_none passes",
            "lesson/README.md:29: Step 2: Keep: before it, gone does not exist",
            "lesson/README.md:29: Step 2: Keep: after it, gone does not exist",
        ]
    );
}

#[test]
fn a_page_that_builds_something_else_is_a_problem() {
    let page = [FIRST_STEP, "```\n"].concat();
    for (name, page, expected) in [
        (
            "replay-type",
            page.replace(">> 1", ">> \"1\""),
            "does not compile",
        ),
        (
            "replay-other",
            page.replace("number >> 1", "2"),
            "in the end, not all tests pass",
        ),
        (
            "replay-gone",
            page.replace("fn half", "fn gone"),
            "src/lib.rs has no `fn gone`",
        ),
        (
            "replay-none",
            page.replace("test four", "four"),
            "no test is shown as `... ok`",
        ),
        (
            "replay-empty",
            page.replace("```rs", "```rust").replace("### Step", "### "),
            "there is no step",
        ),
    ] {
        let (_, problems) = small(name, &page);
        assert!(problems[0].contains(expected), "{problems:?}");
    }
}
