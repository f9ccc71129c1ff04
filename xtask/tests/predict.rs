//! `cargo xtask predict`: questions, answers from standard input, and the key from the real run.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn predict(folder: &Path, lesson: &str, answers: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let mut child = command
        .args(["predict", lesson])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that asks nothing does not read.
    let _ = child.stdin.take().unwrap().write_all(answers.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn this_workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_key_is_computed_and_the_timeline_is_shown_behind_the_answer() {
    let (code, stdout, stderr) = predict(this_workspace(), "4", "late\nsecond, late\n29 ms\n");

    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for expected in [
        "\nQuestion 1 of 3\n\nTaskGroup, of the jobs\n  tied=10ms\n  broken=10ms:fail\n",
        "\nWhich jobs are cancelled?\n> late\n\nTaskGroup\n",
        "◌ cancelled\n",
        "\nRight: late\n",
        "\nRight: late, second\n",
        "\nIt is: 30 ms\n",
        "\n2 of 3 right\n",
    ] {
        assert!(stdout.contains(expected), "{expected}\n\n{stdout}");
    }
}

#[test]
fn every_lesson_asks_two_questions_at_least() {
    let mut lessons = 0;
    for entry in fs::read_dir(this_workspace().join("..")).unwrap() {
        let manifest = entry.unwrap().path().join("Cargo.toml");
        let Ok(text) = fs::read_to_string(&manifest) else {
            continue;
        };
        if !text.contains("[package.metadata.lesson]") {
            continue;
        }
        lessons += 1;
        let questions = text.matches("[[package.metadata.lesson.question]]").count();
        assert!(questions >= 2, "{}", manifest.display());
    }
    assert_eq!(lessons, 7);
}

/// A workspace of one lesson that asks this about its demonstration.
fn lesson(name: &str, questions: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let manifest = format!(
        "[package]\nname = \"lesson1\"\nedition = \"2024\"\n\n[package.metadata.lesson]\n\
         number = 1\ntitle = \"Title\"\nminutes = 1\nheadline = \"Headline\"\n{questions}"
    );
    let demo = "fn main() { println!(\"half of 4 is   2\\nhalf of 1 is 0\"); }\n";
    for (path, text) in [
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"lesson1\"]\n",
        ),
        ("lesson1/Cargo.toml", &manifest),
        ("lesson1/src/lib.rs", ""),
        ("lesson1/examples/demo1.rs", demo),
    ] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn question(line: &str) -> String {
    format!("\n[[package.metadata.lesson.question]]\nask = \"What is it?\"\nline = \"{line}\"\n")
}

#[test]
fn a_line_of_the_demonstration_is_shown_behind_the_answer_and_no_answer_is_not_right() {
    let questions = question("half of 4 is ___") + &question("half of ___ is 0");
    let root = lesson("predict-demo", &questions);
    let (code, stdout, stderr) = predict(&root, "1", "2\n");

    let expected = "\
Step 1  Title

Question 1 of 2

What is it?
> 2

  half of 4 is   2

Right: 2

Question 2 of 2

What is it?
> \n
  half of 1 is 0

It is: 1

1 of 2 right
";
    assert_eq!(stdout, expected, "{stderr}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_question_that_the_demonstration_does_not_answer_is_a_failure() {
    let root = lesson("predict-stale", &question("half of 3 is ___"));
    let (code, _, stderr) = predict(&root, "1", "");

    let words = "error: lesson1: the demonstration prints no line `half of 3 is ___`\n";
    assert!(stderr.ends_with(words), "{stderr}");
    assert_eq!(code, Some(1));
}

#[test]
fn a_lesson_that_does_not_exist_or_asks_nothing_is_wrong_usage() {
    let root = lesson("predict-nothing", "");
    for (step, words) in [
        ("2", "error: there is no step 2: the steps are 1\n"),
        ("1", "error: nothing is asked in this lesson\n"),
    ] {
        let (code, stdout, stderr) = predict(&root, step, "");
        assert_eq!(
            (code, stdout.as_str(), stderr.as_str()),
            (Some(2), "", words)
        );
    }
}
