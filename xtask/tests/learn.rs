//! `cargo xtask learn`, by what it prints, what it writes and its exit code, in a workspace of two
//! small lessons. Each test has a practice folder of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

const SOURCE: &str = "\
//! Halves and doubles.

/// Half of it, rounded down.
#[must_use]
pub fn half(number: u32) -> u32 {
    let two = 2;
    number / two
}

/// A number.
pub struct Number(pub u32);

impl Number {
    /// Twice as much.
    pub async fn twice(&self, _unused: u32) -> u32 {
        self.0 * 2
    }
}
";

const TESTS: &str = "\
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use lesson1::{Number, half};

#[test]
fn four_has_two() {
    assert_eq!(half(4), 2);
}

#[test]
fn one_has_none() {
    assert_eq!(half(1), 0);
}

#[test]
fn twice_the_half_of_eight_is_eight() {
    let number = Number(half(8));
    let twice = pin!(number.twice(0));
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(twice.poll(&mut context), Poll::Ready(8));
}
";

const DEMO: &str = "\
fn main() {
    println!(\"a half\\n  of 4 is {}\", lesson1::half(4));
    println!(\"another half\\n  of 1 is {}\", lesson1::half(1));
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
name = \"double\"
minutes = 5
file = \"src/lib.rs\"
functions = [\"Number::twice\"]
task = \"give twice as much\"
hints = [\"Multiply.\"]
program = \"halves\"
tests = [\"twice_the_half_of_eight_is_eight\"]

[[example]]
name = \"demo1\"
path = \"examples/demo.rs\"
";

/// Three, as a page needs; one is the usual mistake in `half`.
const MISCONCEPTIONS: &str = "\
# Wrong solutions

## Round up

Half an apple is an apple to whoever is hungry.

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

static TWO_LESSONS: LazyLock<PathBuf> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("learn");
    // What an earlier run has left, but for what it has built.
    for entry in fs::read_dir(&root).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            fs::remove_dir_all(path).unwrap();
        }
    }
    let members = "\
[workspace]
resolver = \"3\"
members = [\"lesson1\", \"lesson2\"]

[workspace.dependencies]
lesson1 = { path = \"lesson1\" }
";
    write(&root, "Cargo.toml", members);
    write(&root, "lesson1/Cargo.toml", MANIFEST);
    write(&root, "lesson1/src/lib.rs", SOURCE);
    write(&root, "lesson1/tests/halves.rs", TESTS);
    write(&root, "lesson1/examples/demo.rs", DEMO);
    write(&root, "lesson1/MISCONCEPTIONS.md", MISCONCEPTIONS);

    let manifest = MANIFEST
        .replace("lesson1", "lesson2")
        .replace("number = 1", "number = 2")
        .replace("demo1", "demo2");
    let (lesson, exercises) = manifest.split_once("[[package").unwrap();
    let (_, example) = exercises.split_once("[[example]]").unwrap();
    let exercise = "\
[[package.metadata.lesson.exercise]]
name = \"quarter\"
minutes = 5
file = \"src/lib.rs\"
functions = [\"quarter\"]
task = \"give a quarter of it\"
hints = [\"Take half of a half.\"]
program = \"quarters\"
tests = [\"eight_has_two\"]
";
    let dependencies = "\n[dependencies]\nlesson1.workspace = true\n";
    let manifest = format!("{lesson}{exercise}\n[[example]]{example}{dependencies}");
    write(&root, "lesson2/Cargo.toml", &manifest);
    let source =
        "pub fn quarter(number: u32) -> u32 {\n    lesson1::half(lesson1::half(number))\n}\n";
    write(&root, "lesson2/src/lib.rs", source);
    let tests = "#[test]\nfn eight_has_two() {\n    assert_eq!(lesson2::quarter(8), 2);\n}\n";
    write(&root, "lesson2/tests/quarters.rs", tests);
    write(&root, "lesson2/examples/demo.rs", "fn main() {}\n");
    root
});

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A learner, with a practice folder.
struct Learner {
    folder: String,
}

struct Answer {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Learner {
    /// One with nothing done yet.
    fn new(test: &str) -> Self {
        let folder = format!("practice-{test}");
        let _ = fs::remove_dir_all(TWO_LESSONS.join(&folder));
        Self { folder }
    }

    /// One who has begun with the first lesson.
    fn at_the_first_exercise(test: &str) -> Self {
        let learner = Self::new(test);
        learner.does(&["start", "1"]);
        learner
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(["learn", "--folder", &self.folder])
            .args(arguments)
            .current_dir(&*TWO_LESSONS)
            .env("CARGO_TARGET_DIR", TWO_LESSONS.join("target"))
            .env_remove("COLUMNS");
        command
    }

    fn learn_in(&self, folder: &Path, arguments: &[&str]) -> Answer {
        let mut command = self.command(arguments);
        let output = command.current_dir(folder).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Answer {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    fn learn(&self, arguments: &[&str]) -> Answer {
        self.learn_in(&TWO_LESSONS, arguments)
    }

    /// Something that goes well. Gives what it prints.
    #[track_caller]
    fn does(&self, arguments: &[&str]) -> String {
        let answer = self.learn(arguments);
        assert_eq!(answer.code, Some(0), "{}{}", answer.stdout, answer.stderr);
        answer.stdout
    }

    fn path(&self, file: &str) -> PathBuf {
        TWO_LESSONS.join(&self.folder).join(file)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    fn source(&self) -> String {
        self.read("lesson1/src/lib.rs")
    }

    /// Writes `half`.
    fn writes(&self, body: &str) {
        let first = self.source();
        let (before, rest) = first.split_once("-> u32 {\n").unwrap();
        let (_, after) = rest.split_once("\n}\n").unwrap();
        let text = format!("{before}-> u32 {{\n{body}\n}}\n{after}");
        fs::write(self.path("lesson1/src/lib.rs"), text).unwrap();
    }

    /// What is in the practice folder, by name.
    fn kept(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains("kept-")).collect()
    }
}

/// A watch, which ends with it.
struct Watch {
    process: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn begin(learner: &Learner, arguments: &[&str]) -> Self {
        let mut command = learner.command(&["watch"]);
        command
            .args(arguments)
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

    /// Waits until it says this, and then until it watches again.
    #[track_caller]
    fn says(&self, words: &str) {
        let mut said = Vec::new();
        loop {
            // A busy machine is no verdict.
            let Ok(line) = self.lines.recv_timeout(Duration::from_secs(120)) else {
                panic!("{words}\nnot in\n{}", said.join("\n"));
            };
            let ends = line.starts_with("watching ");
            said.push(line);
            if ends {
                break;
            }
        }
        assert!(said.iter().any(|line| line.contains(words)), "{said:?}");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Answer {
    /// Says this and fails.
    #[track_caller]
    fn fails_with(&self, words: &[&str]) {
        let said = format!("{}{}", self.stdout, self.stderr);
        assert!(matches!(self.code, Some(1 | 2)), "{said}");
        for words in words {
            assert!(said.contains(words), "{words}\nin\n{said}");
        }
    }
}

#[test]
fn a_lesson_is_laid_out_with_todo_in_the_place_of_what_is_to_be_written_and_nothing_else_changed() {
    let learner = Learner::new("start");
    let said = learner.does(&["start", "1"]);

    for words in ["half", "give half of it.", "four has two", "one has none"] {
        assert!(said.contains(words), "{words}\nin\n{said}");
    }
    let expected = SOURCE
        .replace(
            "    let two = 2;\n    number / two\n",
            "    todo!(\"give half of it\")\n",
        )
        .replace(
            "        self.0 * 2\n",
            "        todo!(\"give twice as much\")\n",
        );
    assert_eq!(learner.source(), expected);
    assert_eq!(learner.read("lesson1/tests/halves.rs"), TESTS);
    assert!(!learner.path("lesson1/MISCONCEPTIONS.md").exists());
    assert!(!learner.read("lesson1/Cargo.toml").contains("Divide."));
}

#[test]
fn a_learner_goes_from_the_first_exercise_to_the_last() {
    let learner = Learner::at_the_first_exercise("all");
    for (name, sentences) in [
        ("halve", vec!["four has two", "one has none"]),
        ("double", vec!["twice the half of eight is eight"]),
        ("quarter", vec!["eight has two"]),
    ] {
        let answer = learner.learn(&["check"]);
        answer.fails_with(&[&format!("not yet written  {name}")]);
        let failing: Vec<_> = answer
            .stdout
            .lines()
            .filter_map(|line| line.strip_prefix("  ✗ "))
            .collect();
        assert_eq!(failing, sentences);

        learner.does(&["solution", "--take"]);
        let said = learner.does(&["check"]);
        assert!(said.starts_with(&format!("✓ done  {name}\n")), "{said}");
        learner.does(&["next"]);
    }
    let said = learner.does(&[]);
    assert!(said.contains("all of them are done"), "{said}");
    assert!(learner.does(&["next"]).contains("All exercises are done"));
}

#[test]
fn a_broken_lesson_does_not_keep_the_next_one_from_working() {
    let learner = Learner::at_the_first_exercise("broken");
    learner.writes("    this is no Rust");
    learner.does(&["goto", "quarter"]);
    learner.does(&["solution", "--take"]);
    learner.does(&["check"]);
}

#[test]
fn what_does_not_exist_is_answered_with_what_does() {
    let learner = Learner::new("nowhere");
    let answer = learner.learn(&["start", "9"]);
    answer.fails_with(&["there is no lesson 9: the lessons are 1, 2"]);
    let answer = learner.learn(&["goto", "third"]);
    answer.fails_with(&[
        "there is no exercise `third`",
        "`cargo xtask learn` lists them",
    ]);
    let answer = learner.learn(&["check"]);
    answer.fails_with(&["you stand at no exercise", "cargo xtask learn start 1"]);
    let answer = learner.learn(&["check", "--all"]);
    answer.fails_with(&["no lesson is laid out"]);
    assert!(
        learner
            .does(&[])
            .contains("To begin: cargo xtask learn start 1")
    );
    assert!(!learner.path("").exists(), "nothing was written");
}

#[test]
fn a_folder_that_could_be_anything_is_refused() {
    let mut learner = Learner::new("x");
    for folder in ["src", "practice/../lesson1", "practice x"] {
        learner.folder = folder.into();
        let answer = learner.learn(&["start", "1"]);
        answer.fails_with(&["cannot be a practice folder", "begins with `practice`"]);
    }
}

#[test]
fn what_is_missing_is_named_and_put_back_and_the_rest_stays() {
    let learner = Learner::at_the_first_exercise("half-deleted");
    learner.writes("    number / 2");
    let mine = learner.source();
    for missing in [
        "lesson1/tests/halves.rs",
        "lesson1/Cargo.toml",
        "Cargo.toml",
    ] {
        fs::remove_file(learner.path(missing)).unwrap();
        let answer = learner.learn(&["check"]);
        answer.fails_with(&[
            &format!("{}/{missing} is missing", learner.folder),
            "cargo xtask learn start 1",
        ]);
        learner.does(&["start", "1"]);
        learner.does(&["goto", "halve"]);
        learner.does(&["check"]);
        assert_eq!(learner.source(), mine);
    }

    fs::remove_dir_all(learner.path("lesson1")).unwrap();
    let answer = learner.learn(&["check"]);
    answer.fails_with(&["lesson 1 is not laid out", "cargo xtask learn start 1"]);
}

#[test]
fn a_deleted_lesson_does_not_keep_another_from_working() {
    let learner = Learner::at_the_first_exercise("deleted");
    learner.does(&["start", "2"]);
    fs::remove_dir_all(learner.path("lesson1")).unwrap();
    learner.does(&["solution", "--take"]);
    learner.does(&["check"]);
}

#[test]
fn code_that_does_not_compile_is_shown_in_the_compilers_words() {
    let learner = Learner::at_the_first_exercise("compiler");
    learner.writes("    \"half\"");
    let answer = learner.learn(&["check"]);
    answer.fails_with(&[
        "does not compile  halve",
        "mismatched types",
        "lesson1/src/lib.rs:6:5",
    ]);
    assert!(!answer.stdout.contains('\u{1b}'), "no colors in a file");
}

#[test]
fn a_wrong_answer_is_shown_by_its_sentence_its_words_its_misconception_and_the_demonstration() {
    let learner = Learner::at_the_first_exercise("wrong");
    learner.writes("    number.div_ceil(2)");
    let answer = learner.learn(&["check"]);
    answer.fails_with(&[
        "not yet  halve",
        "✗ one has none",
        "at practice-wrong/lesson1/tests/halves.rs:14:5:\n",
        "left: 1",
        "This fails in the same way: Round up",
        "Half an apple is an apple",
        "your code does this:\n\nanother half\n  of 1 is 1\n",
        "the lesson's does this:\n\nanother half\n  of 1 is 0\n",
    ]);
    assert!(!answer.stdout.contains("four has two"), "{}", answer.stdout);
    assert!(!answer.stdout.contains("Keep it"), "{}", answer.stdout);
}

#[test]
fn an_endless_loop_is_ended_and_said_so() {
    let learner = Learner::at_the_first_exercise("endless");
    learner.writes("    if number == 1 {\n        loop {}\n    }\n    number / 2");
    let answer = learner.learn(&["check", "--limit", "1"]);
    answer.fails_with(&["did not end, and was ended  halve", "✗ one has none"]);
    assert!(!answer.stdout.contains("four has two"), "{}", answer.stdout);
}

#[test]
fn an_exercise_that_needs_another_says_so() {
    let learner = Learner::at_the_first_exercise("order");
    learner.does(&["goto", "lesson1/double"]);
    learner.does(&["solution", "--take"]);
    let answer = learner.learn(&["check"]);
    answer.fails_with(&["It needs halve", "cargo xtask learn goto halve"]);
}

#[test]
fn starting_again_changes_nothing_and_starting_anew_keeps_what_was_there() {
    let learner = Learner::at_the_first_exercise("again");
    learner.writes("    number / 2");
    let mine = learner.source();
    let said = learner.does(&["start", "1"]);
    assert!(said.contains("stays as you left it"), "{said}");
    assert_eq!(learner.source(), mine);

    let said = learner.does(&["start", "1", "--anew"]);
    let kept = format!("{}/kept-1-lesson1", learner.folder);
    assert!(said.contains(&kept), "{said}");
    assert_eq!(learner.read("kept-1-lesson1/src/lib.rs"), mine);
    assert!(learner.source().contains("todo!(\"give half of it\")"));
    learner.learn(&["check"]).fails_with(&["not yet written"]);
}

#[test]
fn a_reset_puts_the_todo_back_takes_the_tick_away_and_keeps_what_was_there() {
    let learner = Learner::at_the_first_exercise("reset");
    let first = learner.source();
    learner.writes("    number / 2");
    learner.does(&["check"]);
    let mine = learner.source();

    let said = learner.does(&["reset"]);
    assert!(said.contains("lesson1/src/lib.rs.kept-1"), "{said}");
    assert_eq!(learner.source(), first);
    assert_eq!(learner.read("lesson1/src/lib.rs.kept-1"), mine);
    assert!(learner.does(&[]).contains("· halve"));

    // What is no Rust has no function whose body could be exchanged.
    let broken = "pub fn half(";
    fs::write(learner.path("lesson1/src/lib.rs"), broken).unwrap();
    let said = learner.does(&["reset"]);
    assert!(
        said.contains("the whole file is as at the beginning"),
        "{said}"
    );
    assert_eq!(learner.source(), first);
    assert_eq!(learner.read("lesson1/src/lib.rs.kept-2"), broken);
}

#[test]
fn the_solution_is_shown_beside_ones_own_and_taking_it_keeps_ones_own() {
    let learner = Learner::at_the_first_exercise("solution");
    learner.writes("    number >> 1");
    let mine = learner.source();
    let solution = |columns| {
        let mut command = learner.command(&["solution"]);
        let output = command.env("COLUMNS", columns).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let wide = solution("80");
    let beside = |line: &str| line.contains("number >> 1") && line.ends_with("let two = 2;");
    assert!(wide.lines().any(beside), "{wide}");
    assert_eq!(wide.matches("The lesson's").count(), 1, "{wide}");
    let narrow = solution("40");
    let (yours, lessons) = narrow.split_once("The lesson's").unwrap();
    assert!(yours.contains("number >> 1"), "{narrow}");
    assert!(lessons.contains("number / two"), "{narrow}");
    assert_eq!(learner.source(), mine, "showing changes nothing");

    learner.does(&["solution", "--take"]);
    assert!(learner.source().contains("number / two"));
    assert!(learner.source().contains("todo!(\"give twice as much\")"));
    assert_eq!(learner.read("lesson1/src/lib.rs.kept-1"), mine);
    assert_eq!(learner.kept("lesson1/src").len(), 1);
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
fn deleting_the_progress_loses_ticks_and_checking_all_finds_them_again() {
    let learner = Learner::at_the_first_exercise("ticks");
    learner.does(&["solution", "--take"]);
    learner.does(&["check"]);
    fs::remove_file(learner.path("progress.txt")).unwrap();
    assert!(learner.does(&[]).contains("· halve"));

    let answer = learner.learn(&["check", "--all"]);
    answer.fails_with(&[
        "1 of 2 exercises are done",
        "not yet written   lesson1/double",
    ]);
    assert!(learner.does(&[]).contains("✓ halve"));
}

#[test]
fn a_progress_that_cannot_be_read_is_named_with_its_line() {
    let learner = Learner::at_the_first_exercise("unreadable");
    fs::write(learner.path("progress.txt"), "lesson1/halve finished\n").unwrap();
    let answer = learner.learn(&["check"]);
    answer.fails_with(&["progress.txt:1: `finished` is none of", "check --all"]);
}

#[test]
fn a_tick_that_cannot_be_written_does_not_cost_the_verdict() {
    let learner = Learner::at_the_first_exercise("full");
    learner.writes("    number / 2");
    // As on a disk that is full or read-only, for the administrator too.
    fs::create_dir(learner.path("progress.txt.new")).unwrap();
    let answer = learner.learn(&["check"]);
    answer.fails_with(&["✓ done  halve", "cannot write", "progress.txt"]);
}

#[cfg(unix)]
#[test]
fn a_read_only_disk_is_an_answer_and_not_a_panic() {
    use std::os::unix::fs::PermissionsExt;

    let learner = Learner::at_the_first_exercise("read-only");
    let folder = learner.path("");
    let allow = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
    allow(0o555);
    if fs::write(learner.path("probe"), "").is_ok() {
        eprintln!("not tested: this user may write everywhere");
    } else {
        learner
            .learn(&["hint"])
            .fails_with(&["cannot write", "progress.txt"]);
        learner.learn(&["start", "2"]).fails_with(&["cannot write"]);
    }
    allow(0o755);
}

#[test]
fn it_works_from_within_the_practice_folder() {
    let learner = Learner::at_the_first_exercise("within");
    let inside = learner.path("lesson1/src");
    let answer = learner.learn_in(&inside, &["hint"]);
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    assert!(answer.stdout.contains("Divide."));
}

/// Saves in the ways in which editors do, and hears of each.
fn saves_and_hears(learner: &Learner, watch: &Watch) {
    watch.says("not yet written  halve");
    learner.writes("    number / 2");
    watch.says("✓ done  halve");

    // Another file, and then renamed: nobody finds half a file.
    let right = learner.source();
    let wrong = right.replace("number / 2", "number.div_ceil(2)");
    let new = learner.path("lesson1/src/.lib.rs.swp");
    fs::write(&new, &wrong).unwrap();
    fs::rename(&new, learner.path("lesson1/src/lib.rs")).unwrap();
    watch.says("not yet  halve");

    // The old one moved away first, as a backup.
    let (old, backup) = (
        learner.path("lesson1/src/lib.rs"),
        learner.path("lesson1/src/lib.rs~"),
    );
    fs::rename(&old, &backup).unwrap();
    fs::write(&old, right).unwrap();
    watch.says("✓ done  halve");
}

#[test]
fn a_watch_hears_of_every_way_to_save_and_goes_on_with_the_next_exercise() {
    let learner = Learner::at_the_first_exercise("watch");
    let watch = Watch::begin(&learner, &[]);
    saves_and_hears(&learner, &watch);
    learner.does(&["next"]);
    watch.says("not yet written  double");
}

#[test]
fn a_watch_that_polls_hears_of_every_way_to_save_too() {
    let learner = Learner::at_the_first_exercise("poll");
    let watch = Watch::begin(&learner, &["--poll"]);
    saves_and_hears(&learner, &watch);
}

#[test]
fn a_watch_goes_on_after_code_that_does_not_compile_or_end_and_after_a_missing_file() {
    let learner = Learner::at_the_first_exercise("watch-on");
    let watch = Watch::begin(&learner, &["--limit", "1"]);
    watch.says("not yet written  halve");
    learner.writes("    nonsense");
    watch.says("does not compile  halve");
    learner.writes("    loop {}");
    watch.says("did not end, and was ended  halve");
    fs::remove_file(learner.path("lesson1/tests/halves.rs")).unwrap();
    watch.says("watching");
    learner.writes("    number / 2");
    watch.says("watching");
    fs::write(learner.path("lesson1/tests/halves.rs"), TESTS).unwrap();
    watch.says("✓ done  halve");
}

#[test]
fn a_second_watch_is_refused_and_one_after_a_watch_that_was_killed_is_not() {
    let learner = Learner::at_the_first_exercise("two-watches");
    let first = Watch::begin(&learner, &[]);
    first.says("not yet written  halve");
    let process = format!("is watched already, process {}", first.process.id());
    let mut second = learner.command(&["watch"]);
    second.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut second = second.spawn().unwrap();
    let first_line = BufReader::new(second.stdout.take().unwrap()).lines().next();
    if first_line.is_some() {
        second.kill().unwrap();
    }
    let output = second.wait_with_output().unwrap();
    assert!(first_line.is_none(), "it watches: {first_line:?}");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&process), "{said}");

    drop(first);
    Watch::begin(&learner, &[]).says("not yet written  halve");
}
