//! `cargo xtask run` and `list`, and how lessons are selected, in a workspace of small lessons.

use std::path::PathBuf;

use crate::support::{folder, manifest, outcome, xtask};
use serde_json::{Value, json};

const TEST: &str = "#[test]\nfn one() {}\n\n#[test]\n#[ignore]\nfn two() {}\n";
const FAILING_TEST: &str =
    "#[test]\nfn one() {}\n\n#[test]\nfn two() {\n    panic!(\"boom\");\n}\n";

/// The lessons 1, 2, 3 and 5. The tests of lesson 2 and the demonstration of lesson 3 fail.
fn lessons() -> PathBuf {
    let mut files = vec![(
        "Cargo.toml".to_owned(),
        "[workspace]\nresolver = \"3\"\nmembers = [\"l*\"]\n".to_owned(),
    )];
    for number in [5, 3, 2, 1] {
        let package = format!("l{number}");
        // Doctests are slow to build. Lesson 1 has one.
        let doctest = if number == 1 {
            ""
        } else {
            "[lib]\ndoctest = false\n"
        };
        let test = if number == 2 { FAILING_TEST } else { TEST };
        let demo = if number == 3 {
            "fn main() {\n    std::process::exit(1);\n}\n".to_owned()
        } else {
            format!("fn main() {{\n    println!(\"demo of {number}\");\n}}\n")
        };
        files.push((
            format!("{package}/Cargo.toml"),
            manifest(&package, number, number * 10, doctest),
        ));
        files.push((
            format!("{package}/src/lib.rs"),
            "//! ```\n//! ```\n".to_owned(),
        ));
        files.push((format!("{package}/tests/test.rs"), test.to_owned()));
        files.push((format!("{package}/examples/demo{number}.rs"), demo));
    }
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (&path[..], &text[..]))
        .collect();
    folder("run", &files)
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(&mut xtask(&lessons(), &[&["run"], arguments].concat()))
}

#[test]
fn the_list_has_every_lesson_in_the_order_of_its_number() {
    let (code, stdout, _) = outcome(&mut xtask(&lessons(), &["list"]));
    assert_eq!(code, Some(0));
    assert_eq!(
        stdout,
        "Lesson  Name  Minutes  Title\n     1  l1         10  Title 1\n     2  l2         20  Title 2\n     \
         3  l3         30  Title 3\n     5  l5         50  Title 5\n"
    );
}

#[test]
fn each_lesson_has_a_json_object_with_its_tests_and_its_demonstration() {
    let (code, stdout, stderr) = run(&["--json", "--keep-going"]);
    let objects: Vec<Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let expected = [
        (1, 2, 0, 1, "ok"),
        (2, 1, 1, 0, "skipped"),
        (3, 1, 0, 1, "failed"),
        (5, 1, 0, 1, "ok"),
    ];
    assert_eq!(objects.len(), expected.len(), "{stderr}");
    for (object, (step, passed, failed, ignored, demo)) in objects.iter().zip(expected) {
        let tests = json!({ "passed": passed, "failed": failed, "ignored": ignored });
        assert_eq!(object["step"], step);
        assert_eq!(object["name"], format!("l{step}"));
        assert_eq!(object["tests"], tests, "doctests count");
        assert_eq!(object["demo"], demo);
        assert!(object["seconds"].is_f64());
    }
    assert_eq!(code, Some(1));
    assert!(stderr.contains("demo of 5"), "{stderr}");
}

#[test]
fn a_lesson_that_fails_ends_the_run_and_cargos_output_is_shown() {
    let (code, stdout, _) = run(&[]);
    assert_eq!(code, Some(1));
    for part in [
        "Lesson 1  Title 1\nHeadline 1\n",
        "2 tests passed, 1 ignored in ",
        "cargo run -q -p l1 --example demo1\ndemo of 1\n",
        "boom",
        "1 test passed, 1 failed in ",
        "     1  l1    2 passed               ok ",
        "     2  l2    1 passed, 1 failed     skipped",
        "     3  l3    not reached\n",
    ] {
        assert!(stdout.contains(part), "{part}\n---\n{stdout}");
    }
}

#[test]
fn the_selected_lessons_run_once_and_in_order() {
    for (arguments, expected) in [
        (&["5, 1,1-1"][..], &[1, 5][..]),
        (&["--from", "5"], &[5]),
        (&["1,5", "--from", "2"], &[5]),
    ] {
        let (code, stdout, _) = run(&[arguments, &["--json"]].concat());
        let steps: Vec<_> = stdout
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["step"].clone())
            .collect();
        assert_eq!(steps, expected, "{arguments:?}");
        assert_eq!(code, Some(0));
    }
}

#[test]
fn a_selection_that_cannot_be_met_is_an_error_that_says_why() {
    let unknown = "there is no lesson 4: the lessons are 1, 2, 3, 5";
    for (arguments, expected) in [
        (&["4"][..], unknown),
        (&["2-4"], unknown),
        (&["--from", "4"], unknown),
        (&["1", "--from", "3"], "no lesson is selected"),
        (&["5-2"], "the range 5-2 must be 2-5"),
        (&[""], "`` is not a lesson's number"),
        (&["1,"], "`` is not a lesson's number"),
        (&["two"], "`two` is not a lesson's number"),
        (&["+3"], "`+3` is not a lesson's number"),
        (&["1-2-3"], "`2-3` is not a lesson's number"),
        (&["99999999999"], "the number 99999999999 is too large"),
    ] {
        let (code, stdout, stderr) = run(arguments);
        assert_eq!((code, &stdout[..]), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains(expected), "{stderr}");
    }
}

#[test]
fn a_wrong_manifest_is_an_error_that_names_the_package() {
    let root = "[workspace]\nresolver = \"3\"\nmembers = [\"a*\"]\n";
    let unnumbered =
        "[package]\nname = \"a\"\n[package.metadata.lesson]\ntitle = \"t\"\n".to_owned();
    let lesson = |name| manifest(name, 1, 10, "");
    for (name, files, expected) in [
        (
            "unnumbered",
            vec![
                ("a/Cargo.toml", unnumbered),
                ("a/examples/demo1.rs", String::new()),
            ],
            "a: [package.metadata.lesson]: missing field `number`",
        ),
        (
            "same-number",
            vec![
                ("a/Cargo.toml", lesson("a")),
                ("a/examples/demo1.rs", "fn main() {}".to_owned()),
                ("ab/Cargo.toml", lesson("ab")),
                ("ab/examples/demo1.rs", "fn main() {}".to_owned()),
            ],
            "two lessons have the number 1: a and ab",
        ),
        (
            "without-demo",
            vec![
                ("a/Cargo.toml", lesson("a")),
                ("a/src/lib.rs", String::new()),
            ],
            "a: there is no example `demo1`",
        ),
    ] {
        let mut files: Vec<_> = files
            .iter()
            .map(|(path, text)| (*path, &text[..]))
            .collect();
        files.push(("Cargo.toml", root));
        let (code, _, stderr) = outcome(&mut xtask(&folder(name, &files), &["list"]));
        assert_eq!(code, Some(2));
        assert!(stderr.contains(expected), "{stderr}");
    }
}
