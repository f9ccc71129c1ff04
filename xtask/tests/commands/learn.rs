//! `cargo xtask learn`, by what it prints, what it writes and its exit code, in a workspace of two
//! small lessons. Each test has a practice folder of its own; they build into few shared target folders.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const SOURCE: &str = "\
//! Halves and doubles. äöü: bytes are not characters.

use std::fmt;

/// Half of it, rounded down.
#[must_use]
pub fn half(number: u32) -> u32 {
    let two = 2; // {
    number / two
}

/// A number.
pub struct Number(pub u32);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { self.0.fmt(f) }
}

impl Number {
    /// Twice as much.
    #[must_use]
    pub fn twice(&self, _unused: u32) -> u32 {
        self.0 * 2
    }
}

pub const ONE: u32 = one();

const fn one() -> u32 {
    1
}

pub fn numbers() -> impl Iterator<Item = u32> {
    0..ONE
}
";

/// It writes a function that is an exercise, one that is not, and two that have to be there.
const PAGE: &str = "\
# Halves

```rs src/lib.rs
pub struct Number(pub u32);

pub fn half(number: u32) -> u32 {
    let two = 2;
    number / two
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { self.0.fmt(f) }
}
```

```rust
fn twice() {}
```

```rs src/lib.rs
const fn one() -> u32 {
    1
}

pub fn numbers() -> impl Iterator<Item = u32> {
    0..ONE
}
```
";

const TESTS: &str = "\
use lesson1::{Number, half};

#[test]
fn four_has_two() {
    assert_eq!(half(4), 2);
}

#[test]
fn one_has_none() {
    assert_eq!(half(1), 0);
}

mod twice {
    #[test]
    fn twice_the_half_of_eight_is_eight() {
        assert_eq!(super::Number(super::half(8)).twice(0), 8);
    }
}
";

const MANIFEST: &str = "\
[package]
name = \"lesson1\"
edition = \"2024\"

[package.metadata.lesson]
number = 1
title = \"Halves\"
minutes = 1
headline = \"One half\"

[[package.metadata.lesson.exercise]]
name = \"halve\"
minutes = 5
file = \"src/lib.rs\"
functions = [\"half\"]
task = \"give half of it\"
hints = [\"Divide.\", \"By two.\"]
program = \"halves\"
tests = [\"four_has_two\", \"one_has_none\"]

[[package.metadata.lesson.exercise]]
name = \"double-it\"
minutes = 5
file = \"src/lib.rs\"
functions = [\"Number::twice\"]
task = \"give {twice} as \\\"much\\\"\"
hints = [\"Multiply.\"]
program = \"halves\"
tests = [\"twice::twice_the_half_of_eight_is_eight\"]

[[example]]
name = \"demo1\"
path = \"examples/demo.rs\"

[[bin]]
name = \"program\"
path = \"src/bin/program/main.rs\"
";

const MANIFEST_2: &str = "\
[package]
name = \"lesson2\"
edition = \"2024\"

[package.metadata.lesson]
number = 2
title = \"Quarters\"
minutes = 1
headline = \"One quarter\"

[[package.metadata.lesson.exercise]]
name = \"quarter\"
minutes = 5
file = \"src/lib.rs\"
functions = [\"quarter\"]
task = \"give a quarter of it, which is half of the half of it, and round each of the two halves down\"
hints = [\"Take half of a half.\"]
program = \"quarters\"
tests = [\"eight_has_two\"]

[[example]]
name = \"demo2\"
path = \"examples/demo.rs\"

[dependencies]
lesson1.workspace = true
";

/// As some editors on Windows write it.
const SOURCE_2: &str = "\u{feff}/// A quarter.\r
pub fn quarter(number: u32) -> u32 {\r
    let half = lesson1::half(number);\r
    lesson1::half(half)\r
}\r
";

/// The first of these is the usual mistake in `half`.
const MISCONCEPTIONS: &str = "\
# Wrong solutions

## Round up

Half an apple is an apple.

```diff
# lesson1/src/lib.rs
-    number / two
+    number.div_ceil(two)
```

Caught by [`one_has_none`](tests/halves.rs).

## Keep it

```diff
# lesson1/src/lib.rs
-    number / two
+    number
```

Caught by [`four_has_two`](tests/halves.rs).

## Give nothing

```diff
# lesson1/src/lib.rs
-    number / two
+    0
```

Caught by [`four_has_two`](tests/halves.rs).
";

/// How long a test waits for something before it fails. A busy machine is no error.
const PATIENCE: Duration = Duration::from_secs(30);

/// Its path has a blank.
static TWO_LESSONS: LazyLock<PathBuf> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("learn here");
    let root_manifest = "\
[workspace]
resolver = \"3\"
members = [\"lesson1\", \"lesson2\"]

[workspace.dependencies]
lesson1 = { path = \"lesson1\" }

[profile.dev]
debug = false
incremental = false
";
    for (file, text) in [
        ("Cargo.toml", root_manifest),
        ("lesson1/Cargo.toml", MANIFEST),
        ("lesson1/README.md", PAGE),
        ("lesson1/src/lib.rs", SOURCE),
        ("lesson1/src/bin/program/main.rs", "fn main() {}\n"),
        ("lesson1/tests/halves.rs", TESTS),
        (
            "lesson1/tests/program/main.rs",
            "#[test]\nfn program_runs() {}\n",
        ),
        ("lesson1/examples/demo.rs", "fn main() {}\n"),
        ("lesson1/MISCONCEPTIONS.md", MISCONCEPTIONS),
        ("lesson2/Cargo.toml", MANIFEST_2),
        ("lesson2/src/lib.rs", SOURCE_2),
        (
            "lesson2/tests/quarters.rs",
            "#[test]\nfn eight_has_two() {\n    assert_eq!(lesson2::quarter(8), 2);\n}\n",
        ),
        ("lesson2/examples/demo.rs", "fn main() {}\n"),
        ("xtask/Cargo.toml", ""),
    ] {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // An unchanged file keeps its time, and cargo builds nothing again.
        if fs::read(&path).ok().as_deref() != Some(text.as_bytes()) {
            fs::write(path, text).unwrap();
        }
    }
    root
});

/// Target folders. Learners at the same time have one each, so that they do not wait for cargo's lock.
static TARGETS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A learner with a practice folder.
struct Learner {
    folder: String,
    target: PathBuf,
}

struct Answer {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Learner {
    /// Nothing is done yet.
    fn new(test: &str) -> Self {
        let folder = format!("practice-{test}");
        let _ = fs::remove_dir_all(TWO_LESSONS.join(&folder));
        let free = TARGETS.lock().unwrap().pop();
        let target = free.unwrap_or_else(|| {
            static COUNT: AtomicUsize = AtomicUsize::new(0);
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            TWO_LESSONS.join(format!("target-{number}"))
        });
        Self { folder, target }
    }

    fn at_the_first_exercise(test: &str) -> Self {
        let learner = Self::new(test);
        learner.does(&["start"]);
        learner
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(["learn", "--folder", &self.folder])
            .args(arguments)
            .current_dir(&*TWO_LESSONS)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("LC_ALL", "C.UTF-8");
        command
    }

    fn learn(&self, arguments: &[&str]) -> Answer {
        answer(&mut self.command(arguments))
    }

    /// A command that succeeds. Returns what it prints.
    #[track_caller]
    fn does(&self, arguments: &[&str]) -> String {
        let answer = self.learn(arguments);
        assert_eq!(answer.code, Some(0), "{}{}", answer.stdout, answer.stderr);
        answer.stdout
    }

    /// A command that fails and prints each of these texts. Returns what it prints.
    #[track_caller]
    fn fails(&self, arguments: &[&str], texts: &[&str]) -> String {
        let answer = self.learn(arguments);
        let printed = answer.stdout + &answer.stderr;
        assert!(matches!(answer.code, Some(1 | 2)), "{printed}");
        for text in texts {
            assert!(printed.contains(text), "{text}\nin\n{printed}");
        }
        printed
    }

    fn path(&self, file: &str) -> PathBuf {
        TWO_LESSONS.join(&self.folder).join(file)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    fn source(&self) -> String {
        self.read("lesson1/src/lib.rs")
    }

    /// The source with this body of `half`.
    fn source_with(&self, body: &str) -> String {
        let source = self.source();
        let (before, rest) = source.split_once("-> u32 {\n").unwrap();
        let (_, after) = rest.split_once("\n}\n").unwrap();
        format!("{before}-> u32 {{\n{body}\n}}\n{after}")
    }

    fn writes(&self, body: &str) {
        self.write("lesson1/src/lib.rs", &self.source_with(body));
    }
}

impl Drop for Learner {
    fn drop(&mut self) {
        TARGETS.lock().unwrap().push(self.target.clone());
    }
}

fn answer(command: &mut Command) -> Answer {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Answer {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A running `watch`. It ends when this is dropped.
struct Watch {
    process: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(learner: &Learner, arguments: &[&str]) -> Self {
        let mut command = learner.command(&["watch"]);
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut printed = stdout.lines().map_while(Result::ok);
            printed.try_for_each(|line| sender.send(line))
        });
        Self { process, lines }
    }

    /// Waits for this text, and then until the watch waits again.
    #[track_caller]
    fn prints(&self, text: &str) {
        let mut printed = String::new();
        while !(printed.contains(text) && printed.ends_with("[q]uit\n")) {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("{text}\nnot in\n{printed}");
            };
            printed += &(line + "\n");
        }
    }

    fn types(&mut self, key: &str) {
        let stdin = self.process.stdin.as_mut().unwrap();
        writeln!(stdin, "{key}").unwrap();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn start_copies_the_lesson_with_todo_as_the_bodies_and_all_else_unchanged() {
    let learner = Learner::new("start");
    let printed = learner.does(&["start", "1"]);
    for text in ["half", "give half of it.", "four has two", "one has none"] {
        assert!(printed.contains(text), "{text}\nin\n{printed}");
    }
    let location = "practice-start/lesson1/src/lib.rs:7  half\n";
    assert!(printed.contains(location), "{printed}");
    let expected = SOURCE
        .replace(
            "    let two = 2; // {\n    number / two\n",
            "    todo!(\"give half of it\")\n",
        )
        .replace(
            "        self.0 * 2\n",
            "        todo!(\"give {{twice}} as \\\"much\\\"\")\n",
        );
    assert_eq!(learner.source(), expected);
    assert_eq!(learner.read("lesson1/tests/halves.rs"), TESTS);
    assert!(!learner.read("lesson1/Cargo.toml").contains("Divide."));
    for left_out in ["MISCONCEPTIONS.md", "src/bin", "tests/program"] {
        assert!(!learner.path("lesson1").join(left_out).exists());
    }
}

#[test]
fn a_todo_and_a_solution_keep_the_line_ends_and_the_byte_order_mark() {
    let learner = Learner::new("crlf");
    learner.does(&["start", "2"]);
    let todo = "    todo!(\r
        \"give a quarter of it, which is half of the half of it, and round each of the two halves \\\r
         down\"\r
    )\r\n";
    let body = "    let half = lesson1::half(number);\r\n    lesson1::half(half)\r\n";
    let expected = SOURCE_2.replace(body, todo);
    assert_eq!(learner.read("lesson2/src/lib.rs"), expected);
    learner.does(&["solution", "--take"]);
    assert_eq!(learner.read("lesson2/src/lib.rs"), SOURCE_2);
}

#[test]
fn a_learner_goes_from_the_first_exercise_to_the_last() {
    let learner = Learner::at_the_first_exercise("all");
    for (name, sentences) in [
        ("halve", vec!["four has two", "one has none"]),
        ("double-it", vec!["twice the half of eight is eight"]),
        ("quarter", vec!["eight has two"]),
    ] {
        let printed = learner.fails(&["check"], &[&format!("not written yet  {name}\n")]);
        let failing: Vec<_> = printed
            .lines()
            .filter_map(|line| line.strip_prefix("  ✗ "))
            .collect();
        assert_eq!(failing, sentences);

        learner.does(&["solution", "--take"]);
        let printed = learner.does(&["check"]);
        assert!(
            printed.starts_with(&format!("✓ done  {name}\n")),
            "{printed}"
        );
        learner.does(&["next"]);
    }
    for command in ["next", "list"] {
        let printed = learner.does(&[command]);
        assert!(printed.contains("All exercises are done"), "{printed}");
    }
}

#[test]
fn a_broken_or_deleted_lesson_does_not_break_another() {
    let learner = Learner::at_the_first_exercise("broken");
    learner.writes("    this is not Rust");
    learner.does(&["goto", "quarter"]);
    learner.does(&["solution", "--take"]);
    learner.does(&["check"]);
    fs::remove_file(learner.path("lesson1/Cargo.toml")).unwrap();
    learner.does(&["check"]);
    fs::remove_dir_all(learner.path("lesson1")).unwrap();
    learner.does(&["check"]);
}

#[test]
fn an_unknown_name_is_an_error_that_says_what_there_is() {
    let learner = Learner::new("nowhere");
    for (arguments, error) in [
        (
            &["start", "9"][..],
            "there is no lesson 9: the lessons are 1, 2",
        ),
        (
            &["goto", "third"],
            "there is no exercise `third` (similar: none); `cargo xtask learn` lists them",
        ),
        (&["goto", "double"], "(similar: lesson1/double-it)"),
        (
            &["check"],
            "no exercise selected; `cargo xtask learn start`",
        ),
        (
            &["start", "--folder", "src"],
            "must be `practice` with letters, digits and `-`, not `src`",
        ),
        (
            &["start", "--folder", "practice/../lesson1"],
            "must be `practice` with",
        ),
        (
            &["start", "--folder", "practice x"],
            "must be `practice` with",
        ),
    ] {
        learner.fails(arguments, &[error]);
    }
    let printed = learner.does(&[]);
    assert!(
        printed.contains("To begin: cargo xtask learn start"),
        "{printed}"
    );
    assert!(!learner.path("").exists(), "nothing was written");
}

#[test]
fn a_missing_file_is_restored_and_the_others_stay() {
    let learner = Learner::at_the_first_exercise("missing");
    learner.writes("    number / 2");
    let mine = learner.source();
    for missing in [
        "lesson1/tests/halves.rs",
        "lesson1/Cargo.toml",
        "Cargo.toml",
    ] {
        fs::remove_file(learner.path(missing)).unwrap();
    }
    learner.does(&["check"]);
    assert_eq!(learner.read("lesson1/tests/halves.rs"), TESTS);
    assert_eq!(learner.source(), mine);

    // An editor may be about to write the learner's own file.
    fs::remove_file(learner.path("lesson1/src/lib.rs")).unwrap();
    let error = "cannot read practice-missing/lesson1/src/lib.rs: ";
    learner.fails(&["check"], &[error]);
    learner.does(&["start", "1"]);
    assert!(learner.source().contains("todo!(\"give half of it\")"));
}

#[test]
fn the_first_compiler_error_is_shown_with_a_path_that_exists() {
    let learner = Learner::at_the_first_exercise("compiler");
    learner.writes("    let _: u32 = 'a';\n    let _: u32 = 'b';\n    \"half\"");
    let printed = learner.fails(
        &["check"],
        &[
            "does not compile  halve",
            "mismatched types",
            "--> practice-compiler/lesson1/src/lib.rs:8:18\n",
            "This is the first of 3 errors.",
        ],
    );
    assert_eq!(printed.matches("-->").count(), 1, "{printed}");
    assert!(!printed.contains('\u{1b}'), "no colors in a file");
    let mut command = learner.command(&["check"]);
    let inside = answer(command.current_dir(learner.path("lesson1/tests")));
    assert!(
        inside.stdout.contains("--> ../src/lib.rs:8:18\n"),
        "{}",
        inside.stdout
    );
}

#[test]
fn a_failed_test_is_shown_with_its_rule_its_message_and_a_common_cause() {
    let learner = Learner::at_the_first_exercise("wrong");
    learner.writes("    number.div_ceil(2)");
    let printed = learner.fails(
        &["check"],
        &[
            "tests fail  halve",
            "✗ one has none",
            "at practice-wrong/lesson1/tests/halves.rs:10:5:\n",
            "left: 1",
            "A common cause: Round up\n",
        ],
    );
    assert!(!printed.contains("four has two"), "{printed}");
    assert!(!printed.contains("Keep it"), "{printed}");
}

#[test]
fn a_test_that_does_not_end_is_killed() {
    let learner = Learner::at_the_first_exercise("endless");
    learner.writes("    while number == 1 {\n        std::thread::park();\n    }\n    number / 2");
    let texts = [
        "tests fail  halve",
        "✗ one has none",
        "timed out and was killed",
    ];
    let printed = learner.fails(&["check", "--limit", "1"], &texts);
    assert!(!printed.contains("four has two"), "{printed}");
}

#[test]
fn a_test_program_that_ends_early_is_a_failed_test() {
    let learner = Learner::at_the_first_exercise("exit");
    learner.writes("    std::process::exit(3)");
    let texts = ["✗ four has two", "The test program ended early."];
    learner.fails(&["check"], &texts);
}

#[test]
fn an_exercise_that_needs_another_one_says_which() {
    let learner = Learner::at_the_first_exercise("order");
    learner.does(&["goto", "lesson1/double-it"]);
    learner.does(&["solution", "--take"]);
    let texts = ["It needs halve", "cargo xtask learn goto halve"];
    learner.fails(&["check"], &texts);
}

#[test]
fn a_second_start_changes_nothing_and_a_fresh_start_keeps_the_old_copy() {
    let learner = Learner::at_the_first_exercise("again");
    learner.writes("    number / 2");
    let mine = learner.source();
    learner.write(
        "progress.txt",
        "lesson1/halve done\nlesson1/double-it current\n",
    );
    let printed = learner.does(&["start", "1"]);
    assert!(printed.contains("\ndouble-it"), "{printed}");
    assert_eq!(learner.source(), mine);

    let printed = learner.does(&["start", "1", "--fresh"]);
    let kept = "practice-again/lesson1.kept-1";
    assert!(printed.contains(kept), "{printed}");
    assert_eq!(learner.read("lesson1.kept-1/src/lib.rs"), mine);
    assert!(learner.source().contains("todo!(\"give half of it\")"));
    assert!(learner.does(&[]).contains("▸ · halve"));
}

#[test]
fn reset_restores_the_todo_and_keeps_a_copy() {
    let learner = Learner::at_the_first_exercise("reset");
    let original = learner.source();
    learner.writes("    number / 2");
    let mine = learner.source();
    learner.write("progress.txt", "lesson1/halve done current\n");

    let printed = learner.does(&["reset"]);
    assert!(printed.contains("lesson1/src/lib.rs.kept-1"), "{printed}");
    assert_eq!(learner.source(), original);
    assert_eq!(learner.read("lesson1/src/lib.rs.kept-1"), mine);
    assert!(learner.does(&[]).contains("▸ · halve"));

    // No function can be found here.
    let broken = "pub fn half(\n";
    learner.write("lesson1/src/lib.rs", broken);
    learner.fails(
        &["solution", "--take"],
        &["cannot parse practice-reset/lesson1/src/lib.rs:1"],
    );
    learner.does(&["reset"]);
    assert_eq!(learner.source(), original);
    assert_eq!(learner.read("lesson1/src/lib.rs.kept-2"), broken);
}

#[test]
fn a_solution_is_shown_and_taking_it_keeps_a_copy() {
    let learner = Learner::at_the_first_exercise("solution");
    learner.writes("    number >> 1");
    let mine = learner.source();
    let printed = learner.does(&["solution"]);
    assert!(
        printed.starts_with("lesson1/src/lib.rs\n/// Half"),
        "{printed}"
    );
    assert!(printed.ends_with("    number / two\n}\n"), "{printed}");
    assert_eq!(learner.source(), mine, "showing it changes nothing");

    learner.does(&["solution", "--take"]);
    assert!(learner.source().contains("number / two"));
    assert!(learner.source().contains("todo!(\"give {{twice}}"));
    assert_eq!(learner.read("lesson1/src/lib.rs.kept-1"), mine);
    assert!(!learner.path("lesson1/src/lib.rs.kept-2").exists());
}

#[test]
fn hints_come_one_by_one_and_then_all_of_them() {
    let learner = Learner::at_the_first_exercise("hint");
    assert!(learner.does(&["hint"]).contains("Hint 1 of 2\n  Divide.\n"));
    let second = learner.does(&["hint"]);
    assert!(second.contains("Hint 2 of 2\n  By two.\n"), "{second}");
    assert!(!second.contains("Divide"), "{second}");
    let all = learner.does(&["hint"]);
    assert!(all.contains("Divide.") && all.contains("By two."), "{all}");
}

#[test]
fn start_with_a_page_removes_what_the_page_writes_and_keeps_the_old_copy() {
    let learner = Learner::at_the_first_exercise("page");
    learner.writes("    number / 2");
    let mine = learner.source();
    let printed = learner.does(&["start", "1", "--page"]);
    for text in [
        "Your old copy of the lesson is in practice-page/lesson1.kept-1.",
        "practice-page/lesson1/README.md",
        "Leave out `-p lesson1`",
    ] {
        assert!(printed.contains(text), "{text}\nin\n{printed}");
    }
    assert_eq!(learner.read("lesson1.kept-1/src/lib.rs"), mine);
    let expected = SOURCE
        .replace("    let two = 2; // {\n    number / two\n", "    todo!()\n")
        .replace("{ self.0.fmt(f) }", "{\n        todo!()\n    }");
    assert_eq!(learner.source(), expected);

    // As the page says, in the lesson's folder and without the name of the package.
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--test", "halves", "has"]);
    cargo.env("CARGO_TARGET_DIR", &learner.target);
    cargo.current_dir(learner.path("lesson1"));
    let before = answer(&mut cargo);
    assert!(
        before.stdout.contains("0 passed; 2 failed"),
        "{}",
        before.stdout
    );
    learner.writes("    let two = 2;\n    number / two");
    let after = answer(&mut cargo);
    assert!(
        after.stdout.contains("2 passed; 0 failed"),
        "{}",
        after.stdout
    );
}

#[test]
fn a_deleted_progress_file_is_written_again_by_watch() {
    let learner = Learner::at_the_first_exercise("deleted");
    learner.writes("    number / 2");
    fs::remove_file(learner.path("progress.txt")).unwrap();
    assert!(learner.does(&[]).contains("  · halve"));
    learner.does(&["start", "1"]);
    Watch::start(&learner, &[]).prints("not written yet  double-it");
    assert!(learner.does(&[]).contains("  ✓ halve"));
}

#[test]
fn what_the_progress_file_says_besides_stays_in_it() {
    let learner = Learner::at_the_first_exercise("progress");
    let text = "# ours\n\nlesson1/halve current hints=1 later\nlesson9/gone done\n";
    learner.write("progress.txt", text);
    assert!(learner.does(&["hint"]).contains("Hint 2 of 2"));
    let written = learner.read("progress.txt");
    for line in [
        "lesson1/halve current hints=2 later\n",
        "lesson9/gone done\n",
    ] {
        assert!(written.contains(line), "{written}");
    }
}

#[test]
fn a_lesson_that_has_changed_is_named_with_the_way_to_go_on() {
    let learner = Learner::at_the_first_exercise("changed");
    learner.writes("    number / 2");
    let fresh = "cargo xtask learn start 1 --fresh";
    // The tests as they were before the lesson changed.
    let renamed = TESTS.replace("one_has_none", "one_has_no_half");
    learner.write("lesson1/tests/halves.rs", &renamed);
    fs::remove_file(learner.path("lesson1/examples/demo.rs")).unwrap();
    let texts = [
        "halve is out of date",
        "your copy has no test one_has_none",
        fresh,
    ];
    learner.fails(&["check"], &texts);
    let new = learner.path("lesson1/examples/demo.rs");
    assert!(!new.exists(), "a new file may not fit to an old copy");
    learner.write("progress.txt", "lesson1/cut-in-half current\n");
    let texts = [
        "has no exercise `lesson1/cut-in-half` any more",
        "goto NAME",
    ];
    learner.fails(&["check"], &texts);
}

#[test]
fn a_verdict_is_printed_even_if_the_progress_cannot_be_written() {
    let learner = Learner::at_the_first_exercise("full");
    learner.writes("    number / 2");
    // As on a disk that is full or read-only, for root too.
    fs::create_dir(learner.path("progress.txt.new")).unwrap();
    learner.fails(
        &["check"],
        &["✓ done  halve", "cannot write", "progress.txt"],
    );
    learner.fails(&["start", "2"], &["error: cannot write"]);
}

#[test]
fn it_works_within_the_practice_folder_and_without_utf8() {
    let learner = Learner::at_the_first_exercise("within");
    let mut command = learner.command(&["list"]);
    command.current_dir(learner.path("lesson1/src"));
    let answer = answer(command.env("LC_ALL", "C"));
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    assert!(answer.stdout.contains("> . halve"), "{}", answer.stdout);
    assert!(answer.stdout.is_ascii(), "{}", answer.stdout);
    // The path of this workspace has a blank, at which cargo would split an absolute path.
    let config = learner.read(".cargo/config.toml");
    let alias = "xtask = \"run --manifest-path ../xtask/Cargo.toml --\"\n";
    assert!(config.contains(alias), "{config}");
}

#[test]
fn watch_checks_after_every_way_to_save_and_goes_on_after_a_failure() {
    let learner = Learner::at_the_first_exercise("watch");
    let watch = Watch::start(&learner, &[]);
    watch.prints("not written yet  halve");
    learner.writes("    nonsense");
    watch.prints("does not compile  halve");
    // An editor writes another file and renames it.
    let wrong = learner.source_with("    number.div_ceil(2)");
    learner.write("lesson1/src/.lib.rs.swp", &wrong);
    let file = learner.path("lesson1/src/lib.rs");
    fs::rename(learner.path("lesson1/src/.lib.rs.swp"), &file).unwrap();
    watch.prints("tests fail  halve");
    // Another one moves the old file away first.
    let right = learner.source_with("    number / 2");
    fs::rename(&file, learner.path("lesson1/src/lib.rs~")).unwrap();
    watch.prints("");
    fs::write(&file, right).unwrap();
    watch.prints("✓ done  halve");
}

#[test]
fn watch_obeys_keys_and_goes_on_to_the_next_exercise_by_itself() {
    let learner = Learner::at_the_first_exercise("keys");
    learner.writes("    number / 2");
    let mut watch = Watch::start(&learner, &[]);
    watch.prints("not written yet  double-it");
    for (key, text) in [
        ("h", "Multiply."),
        ("s", "self.0 * 2"),
        ("l", "▸ · double-it"),
        ("n", "not written yet  quarter"),
    ] {
        watch.types(key);
        watch.prints(text);
    }
    // Another command selects another exercise.
    learner.does(&["goto", "halve"]);
    watch.prints("✓ done  halve");
    watch.types("q");
    assert_eq!(watch.process.wait().unwrap().code(), Some(0));
}

#[test]
fn a_key_ends_watch_during_a_check_and_the_test_with_it() {
    let learner = Learner::at_the_first_exercise("quit");
    let pid = learner.path("pid");
    learner.writes(&format!(
        "    std::fs::write({pid:?}, std::process::id().to_string()).unwrap();\n    \
         loop {{ std::thread::park() }}"
    ));
    let mut watch = Watch::start(&learner, &["--limit", "3600"]);
    let deadline = Instant::now() + PATIENCE;
    let started = || !fs::read_to_string(&pid).unwrap_or_default().is_empty();
    wait_until(deadline, started);
    watch.types("q");
    wait_until(deadline, || watch.process.try_wait().unwrap().is_some());
    assert_eq!(watch.process.wait().unwrap().code(), Some(0));
    let process = Path::new("/proc").join(learner.read("pid"));
    assert!(!process.exists(), "the test goes on");
    let printed: Vec<_> = watch.lines.iter().collect();
    let verdict = printed.iter().find(|line| line.contains("timed out"));
    assert_eq!(verdict, None, "this check has no verdict");
}

#[track_caller]
fn wait_until(deadline: Instant, mut is_true: impl FnMut() -> bool) {
    while !is_true() {
        assert!(Instant::now() < deadline, "this takes too long");
        thread::sleep(Duration::from_millis(5));
    }
}
