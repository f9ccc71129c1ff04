//! The whole course, as a learner would walk through it. It builds every lesson, so it has to be asked
//! for: `cargo test -p xtask --test walk -- --ignored`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Beside a learner's own `practice`, which is left alone.
const FOLDER: &str = "practice-walk";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn learn(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["learn", "--folder", FOLDER])
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    (output.status.success(), text(&output))
}

fn text(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(text).unwrap()
}

#[track_caller]
fn must(arguments: &[&str]) -> String {
    let (success, said) = learn(arguments);
    assert!(success, "learn {arguments:?}\n{said}");
    said
}

/// Every exercise of every lesson, in order, with its lesson's name.
fn exercises() -> Vec<(String, Value)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut lessons: Vec<_> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| package["metadata"]["lesson"].is_object())
        .collect();
    lessons.sort_by_key(|package| package["metadata"]["lesson"]["number"].as_u64());
    let of_lesson = |package: &Value| {
        let name = package["name"].as_str().unwrap().to_owned();
        let exercises = package["metadata"]["lesson"]["exercise"]
            .as_array()
            .unwrap();
        let exercises = exercises.iter().cloned();
        exercises
            .map(move |exercise| (name.clone(), exercise))
            .collect::<Vec<_>>()
    };
    lessons.into_iter().flat_map(of_lesson).collect()
}

/// What the compiler says of the lesson, of which it has built everything that the exercises need.
fn must_compile_without_a_warning(lesson: &str, program: &str) {
    let output = Command::new(env!("CARGO"))
        .args(["test", "--no-run", "--package"])
        .arg(format!("{FOLDER}-{lesson}"))
        .args(["--test", program])
        .current_dir(root().join(FOLDER))
        .output()
        .unwrap();
    let said = text(&output);
    assert!(
        output.status.success() && !said.contains("warning"),
        "{said}"
    );
}

#[test]
#[ignore = "it builds every lesson; CI asks for it by name"]
fn every_exercise_fails_for_its_own_reason_and_passes_with_the_lessons_code() {
    let folder = root().join(FOLDER);
    let _ = fs::remove_dir_all(&folder);
    must(&["start", "1"]);

    let exercises = exercises();
    for (lesson, exercise) in &exercises {
        let name = exercise["name"].as_str().unwrap();
        let program = exercise["program"].as_str().unwrap();
        must_compile_without_a_warning(lesson, program);

        let (success, said) = learn(&["check"]);
        assert!(!success, "{name} passes before it is written\n{said}");
        assert!(
            said.starts_with(&format!("not yet written  {name}\n")),
            "{said}"
        );
        let failing: Vec<_> = said
            .lines()
            .filter_map(|line| line.strip_prefix("  ✗ "))
            .collect();
        let declared: Vec<_> = exercise["tests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|test| {
                test.as_str()
                    .unwrap()
                    .rsplit("::")
                    .next()
                    .unwrap()
                    .replace('_', " ")
            })
            .collect();
        assert_eq!(failing, declared, "{name}\n{said}");

        must(&["solution", "--take"]);
        let said = must(&["check"]);
        assert!(said.contains(&format!("✓ done  {name}\n")), "{said}");
        must(&["next"]);
    }

    fs::remove_file(folder.join("progress.txt")).unwrap();
    let all = exercises.len();
    let said = must(&["check", "--all"]);
    assert!(
        said.ends_with(&format!("{all} of {all} exercises are done\n")),
        "{said}"
    );
    fs::remove_dir_all(folder).unwrap();
}
