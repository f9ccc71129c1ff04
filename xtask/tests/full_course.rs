//! The course as a learner does it. The metadata of the exercises is checked always; the exercises
//! themselves only with `LONG_TESTS=1`, because that builds every lesson.

#[path = "support/cargo.rs"]
mod cargo;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cargo::cargo;
use serde_json::Value;

/// Beside a learner's own folder `practice`, which stays as it is.
const FOLDER: &str = "practice-full-course";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn learn(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["learn", "--folder", FOLDER])
        .args(arguments)
        .current_dir(root())
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    (output.status.success(), text(&output))
}

fn text(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(text).unwrap()
}

#[track_caller]
fn succeeds(arguments: &[&str]) -> String {
    let (success, printed) = learn(arguments);
    assert!(success, "learn {arguments:?}\n{printed}");
    printed
}

struct Exercise {
    lesson: String,
    name: String,
    minutes: u64,
    hints: usize,
    functions: usize,
    program: String,
    tests: Vec<String>,
}

/// All exercises in order.
fn exercises() -> Vec<Exercise> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    let mut metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array_mut().unwrap();
    packages.sort_by_key(|package| package["metadata"]["lesson"]["number"].as_u64());
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let string = |value: &Value| value.as_str().unwrap().to_owned();
    let mut exercises = Vec::new();
    for package in packages {
        for exercise in list(&package["metadata"]["lesson"]["exercise"]) {
            exercises.push(Exercise {
                lesson: string(&package["name"]),
                name: string(&exercise["name"]),
                minutes: exercise["minutes"].as_u64().unwrap(),
                hints: list(&exercise["hints"]).len(),
                functions: list(&exercise["functions"]).len(),
                program: string(&exercise["program"]),
                tests: list(&exercise["tests"]).iter().map(string).collect(),
            });
        }
    }
    exercises
}

impl Exercise {
    /// By the text alone: some tests are made by a macro.
    fn has_test(&self, test: &str) -> bool {
        let program = root().join(&self.lesson).join("tests").join(&self.program);
        let (file, name) = match test.rsplit_once("::") {
            Some((modules, name)) => (program.join(modules.replace("::", "/")), name),
            None if program.is_dir() => (program.join("main"), test),
            None => (program, test),
        };
        let source = fs::read_to_string(file.with_extension("rs")).unwrap_or_default();
        source.contains(&format!("fn {name}("))
    }
}

#[test]
fn every_exercise_is_short_and_has_hints_and_tests_that_exist() {
    let exercises = exercises();
    for exercise in &exercises {
        let name = &exercise.name;
        let is_kebab = |one: char| one.is_ascii_lowercase() || one == '-';
        assert!(name.chars().all(is_kebab), "{name}");
        assert!(exercise.minutes <= 15, "{name}");
        assert!((2..=4).contains(&exercise.hints), "{name}");
        assert!(exercise.functions > 0, "{name}");
        assert!(!exercise.tests.is_empty(), "{name}");
        for test in &exercise.tests {
            assert!(exercise.has_test(test), "{name}: {test}");
        }
    }
    let names: BTreeSet<_> = exercises.iter().map(|exercise| &exercise.name).collect();
    assert_eq!(names.len(), exercises.len(), "a name is there twice");
}

#[test]
fn every_lesson_can_be_started_and_has_two_exercises() {
    let exercises = exercises();
    let folder = format!("{FOLDER}-start");
    let _ = fs::remove_dir_all(root().join(&folder));
    let lessons: BTreeSet<_> = exercises.iter().map(|exercise| &exercise.lesson).collect();
    for (index, lesson) in lessons.iter().enumerate() {
        let of_lesson = exercises.iter().filter(|one| one.lesson == **lesson);
        assert!(of_lesson.count() >= 2, "{lesson}");
        succeeds(&["start", &(index + 1).to_string(), "--folder", &folder]);
    }
    fs::remove_dir_all(root().join(folder)).unwrap();
}

/// Builds what the exercises of the lesson need.
fn compiles_without_a_warning(exercise: &Exercise) {
    let output = cargo()
        .args(["test", "--no-run", "--package"])
        .arg(format!("{FOLDER}-{}", exercise.lesson))
        .args(["--test", &exercise.program])
        .current_dir(root().join(FOLDER))
        .output()
        .unwrap();
    let printed = text(&output);
    let is_clean = output.status.success() && !printed.contains("warning");
    assert!(is_clean, "{printed}");
}

#[test]
fn every_exercise_fails_for_its_own_reason_and_passes_with_the_lessons_code() {
    if env::var("LONG_TESTS").is_ok_and(|value| value == "1") {
        full_course();
    } else {
        eprintln!("not run: it builds every lesson; set LONG_TESTS=1");
    }
}

fn full_course() {
    let folder = root().join(FOLDER);
    let _ = fs::remove_dir_all(&folder);
    succeeds(&["start", "1"]);

    let exercises = exercises();
    for exercise in &exercises {
        let name = &exercise.name;
        compiles_without_a_warning(exercise);

        let (success, printed) = learn(&["check"]);
        assert!(!success, "{name} passes before it is written\n{printed}");
        let heading = format!("not written yet  {name}\n");
        assert!(printed.starts_with(&heading), "{printed}");
        // Long lines are wrapped.
        let words: Vec<_> = printed.split_whitespace().collect();
        let printed = words.join(" ");
        for test in &exercise.tests {
            let rule = test.rsplit("::").next().unwrap().replace('_', " ");
            assert!(printed.contains(&format!("✗ {rule}")), "{rule}\n{printed}");
        }
        assert_eq!(
            printed.matches('✗').count(),
            exercise.tests.len(),
            "{printed}"
        );

        succeeds(&["solution", "--take"]);
        let printed = succeeds(&["check"]);
        assert!(printed.contains(&format!("✓ done  {name}\n")), "{printed}");
        succeeds(&["next"]);
    }

    fs::remove_dir_all(folder).unwrap();
}
