//! `cargo xtask misconceptions`, by what it prints and its exit code, in a workspace of small lessons.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const SOURCE: &str = "\
pub fn half(number: u32) -> u32 {
    number / 2
}
";

const TESTS: &str = "\
#[test]
fn four_has_two() {
    assert_eq!(lesson::half(4), 2);
}

#[test]
fn one_has_none() {
    assert_eq!(lesson::half(1), 0);
}
";

const A_TEST_THAT_FAILS: &str = "
#[test]
fn one_has_one() {
    assert_eq!(lesson::half(1), 1);
}
";

/// What a learner writes for the half of a number, and what must catch it.
struct Wrong {
    name: &'static str,
    takes_out: &'static str,
    puts_in: &'static str,
    test: &'static str,
    file: &'static str,
}

const WRONG: Wrong = Wrong {
    name: "Double it",
    takes_out: "number / 2",
    puts_in: "number * 2",
    test: "four_has_two",
    file: "tests/halves.rs",
};

const ROUND_UP: Wrong = Wrong {
    name: "Round up",
    puts_in: "number.div_ceil(2)",
    test: "one_has_none",
    ..WRONG
};

const KEEP_IT: Wrong = Wrong {
    name: "Keep it",
    puts_in: "number",
    ..WRONG
};

/// A workspace of three lessons: the wrong solutions of the first are caught, those of the second are
/// not, and the third trusts tests that are of no use.
static THREE_LESSONS: LazyLock<PathBuf> = LazyLock::new(|| {
    let root = workspace("three-lessons");
    lesson(&root, 1, TESTS, &[WRONG, ROUND_UP, KEEP_IT]);
    let not_caught = [
        Wrong {
            name: "Shift it",
            puts_in: "number >> 1",
            ..WRONG
        },
        Wrong {
            test: "four_has_two",
            ..ROUND_UP
        },
        Wrong {
            name: "Give a text",
            puts_in: "\"half\"",
            ..WRONG
        },
        Wrong {
            name: "Change what is gone",
            takes_out: "number / 3",
            ..WRONG
        },
    ];
    lesson(&root, 2, TESTS, &not_caught);
    let useless = [
        Wrong {
            name: "Trust a test that fails",
            test: "one_has_one",
            ..WRONG
        },
        Wrong {
            name: "Trust a test that is gone",
            test: "two_has_one",
            ..WRONG
        },
        Wrong {
            name: "Trust a file that is gone",
            file: "tests/thirds.rs",
            ..WRONG
        },
    ];
    lesson(&root, 3, &format!("{TESTS}{A_TEST_THAT_FAILS}"), &useless);
    root
});

/// One trial after the other, all of the three lessons: what came of it, and is looked at in parts.
static ALL_THREE: LazyLock<Answer> = LazyLock::new(|| misconceptions(&THREE_LESSONS, &[]));

struct Answer {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Answer {
    /// Says this, with these words in the line below.
    fn shows(&self, line: &str, below: &str) {
        let text = format!("\n  {line}\n    {below}");
        assert!(
            self.stdout.contains(&text),
            "{}{}",
            self.stdout,
            self.stderr
        );
    }
}

fn workspace(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"lesson*\"]\n";
    write(&root, "Cargo.toml", manifest);
    root
}

fn lesson(root: &Path, number: u32, tests: &str, wrong: &[Wrong]) {
    let name = format!("lesson{number}");
    let folder = root.join(&name);
    let manifest = format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[package.metadata.lesson]\n\
         number = {number}\ntitle = \"Halves\"\nminutes = 1\nheadline = \"One half\"\n"
    );
    write(&folder, "Cargo.toml", &manifest);
    write(&folder, "src/lib.rs", SOURCE);
    write(
        &folder,
        &format!("examples/demo{number}.rs"),
        "fn main() {}\n",
    );
    let tests = tests.replace("lesson::", &format!("{name}::"));
    write(&folder, "tests/halves.rs", &tests);
    write(&folder, "MISCONCEPTIONS.md", &page(&name, wrong));
}

fn page(lesson: &str, wrong: &[Wrong]) -> String {
    let mut page = String::from("# Wrong solutions\n");
    for one in wrong {
        let Wrong {
            name,
            takes_out,
            puts_in,
            test,
            file,
        } = one;
        write!(
            page,
            "\n## {name}\n\n```diff\n# {lesson}/src/lib.rs\n-{takes_out}\n+{puts_in}\n```\n\n\
             Caught by [`{test}`]({file}).\n"
        )
        .unwrap();
    }
    page
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn misconceptions(root: &Path, arguments: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("misconceptions")
        .args(arguments)
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Answer {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

#[test]
fn wrong_solutions_that_their_tests_catch_are_a_success_and_one_that_is_not_is_a_failure() {
    let lesson = "Step 1  Halves\n  \
                  caught            Double it\n  \
                  caught            Round up\n  \
                  caught            Keep it\n";
    assert!(ALL_THREE.stdout.starts_with(lesson), "{}", ALL_THREE.stdout);
    let summary = "10 misconceptions, 7 not caught in ";
    assert!(ALL_THREE.stdout.contains(summary), "{}", ALL_THREE.stdout);
    assert_eq!(ALL_THREE.code, Some(1));

    let first = misconceptions(&THREE_LESSONS, &["1"]);
    let summary = "3 misconceptions, all caught in ";
    assert!(first.stdout.contains(summary), "{}", first.stdout);
    assert_eq!(first.code, Some(0));
}

#[test]
fn one_that_no_test_catches_is_not_caught() {
    ALL_THREE.shows(
        "SURVIVED          Shift it",
        "lesson2/MISCONCEPTIONS.md:3: four_has_two passes, and so does every other test\n",
    );
}

#[test]
fn one_that_only_other_tests_catch_is_not_caught_and_they_are_named() {
    ALL_THREE.shows(
        "CAUGHT BY OTHERS  Round up",
        "lesson2/MISCONCEPTIONS.md:13: four_has_two passes, and only others do not\n    \
         one_has_none fails (halves)\n",
    );
}

#[test]
fn one_that_does_not_compile_is_not_caught_and_the_compiler_says_why() {
    ALL_THREE.shows(
        "DOES NOT COMPILE  Give a text",
        "lesson2/MISCONCEPTIONS.md:23: the compiler refuses it\n    error[E0308]: mismatched types\n",
    );
}

#[test]
fn one_that_finds_nothing_to_change_is_not_caught() {
    ALL_THREE.shows(
        "DOES NOT APPLY    Change what is gone",
        "lesson2/MISCONCEPTIONS.md:33: lesson2/src/lib.rs has no such lines\n",
    );
}

#[test]
fn a_test_that_fails_without_the_change_catches_nothing() {
    ALL_THREE.shows(
        "USELESS TEST      Trust a test that fails",
        "lesson3/MISCONCEPTIONS.md:3: one_has_one fails without the change\n",
    );
}

#[test]
fn a_test_that_does_not_exist_catches_nothing() {
    ALL_THREE.shows(
        "USELESS TEST      Trust a test that is gone",
        "lesson3/MISCONCEPTIONS.md:13: there is no test two_has_one\n",
    );
    ALL_THREE.shows(
        "USELESS TEST      Trust a file that is gone",
        "lesson3/MISCONCEPTIONS.md:23: four_has_two cannot be built without the change\n    \
         error: no test target named `thirds`",
    );
}

#[test]
fn a_page_that_cannot_be_read_is_wrong_usage_and_nothing_is_tried() {
    let root = workspace("too-few");
    lesson(&root, 1, TESTS, &[WRONG]);
    let answer = misconceptions(&root, &[]);
    let words = "error: lesson1/MISCONCEPTIONS.md:1: a lesson has 3 misconceptions or more";
    assert!(answer.stderr.starts_with(words), "{}", answer.stderr);
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(2), ""));

    fs::remove_file(root.join("lesson1/MISCONCEPTIONS.md")).unwrap();
    let answer = misconceptions(&root, &[]);
    let words = "error: lesson1/MISCONCEPTIONS.md: ";
    assert!(answer.stderr.starts_with(words), "{}", answer.stderr);
    assert_eq!(answer.code, Some(2));
}

#[test]
fn a_step_that_does_not_exist_is_wrong_usage() {
    let answer = misconceptions(&THREE_LESSONS, &["9"]);
    let words = "error: there is no step 9: the steps are 1, 2, 3\n";
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(2), words));
}
