//! `cargo xtask predict`: questions, answers from standard input, and what the programs really show.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::support::{folder, manifest, outcome, this_workspace, xtask};

/// Stands for the timelines of lesson 4.
const TIMELINE: &str = r##"
const GATHER: &str = r#"{"mode":"gather","jobs":[
    {"name":"a","outcome":"completed","orphan":true},
    {"name":"b","outcome":"failed","orphan":false}],"caller":{"at_ms":1}}"#;
const TASKGROUP: &str = r#"{"mode":"taskgroup","jobs":[
    {"name":"a","outcome":"cancelled","orphan":false}],"caller":{"at_ms":2}}"#;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    assert_eq!(arguments[..4], ["--job", "a=5ms", "--job", "b=1ms:fail"]);
    if arguments[4..] == ["--json"] {
        println!("{}\n{}", GATHER.replace('\n', ""), TASKGROUP.replace('\n', ""));
    } else {
        println!("gather\n  a ---o\n  b -x\n\nTaskGroup\n  a -\n  b -x");
    }
}
"##;
const DEMO: &str = r#"fn main() { println!("half of 4 is   2\nhalf of 1 is 0\nopen: [\"A\", \"b\"]\nleft: []"); }"#;

fn demo_question(line: &str) -> String {
    format!("[[package.metadata.lesson.question]]\nask = \"What is it?\"\nline = '{line}'\n")
}

fn job_question(mode: &str, field: &str) -> String {
    format!(
        "[[package.metadata.lesson.question]]\njobs = [\"a=5ms\", \"b=1ms:fail\"]\n\
         mode = \"{mode}\"\nfield = \"{field}\"\n"
    )
}

/// Lesson 1 asks about a demonstration, and lesson 2 about jobs. What lessons 3 to 5 ask has no
/// answer. Lesson 6 asks nothing.
fn course() -> PathBuf {
    let jobs = [
        job_question("gather", "caller"),
        job_question("gather", "completed"),
        job_question("gather", "orphans"),
        job_question("taskgroup", "cancelled"),
        job_question("taskgroup", "orphans"),
    ];
    let demo = [
        "half of 4 is ___",
        "half of ___ is 0",
        "open: [___]",
        "left: [___]",
    ]
    .map(demo_question);
    let lessons = [
        ("lesson1", demo.concat()),
        ("step4-compare", jobs.concat()),
        ("lesson3", demo_question("half of 3 is ___")),
        ("lesson4", demo_question("half of ___")),
        ("lesson5", demo_question("half of 4 is 2")),
        ("lesson6", String::new()),
    ];
    let mut files = vec![
        (
            "Cargo.toml".to_owned(),
            "[workspace]\nresolver = \"3\"\nmembers = [\"lesson*\", \"step*\"]\n".to_owned(),
        ),
        (
            "step4-compare/examples/timeline.rs".to_owned(),
            TIMELINE.to_owned(),
        ),
    ];
    for (number, (package, questions)) in (1..).zip(lessons) {
        let manifest = manifest(package, number, 1, &questions);
        files.push((format!("{package}/Cargo.toml"), manifest));
        files.push((format!("{package}/src/lib.rs"), String::new()));
        files.push((
            format!("{package}/examples/demo{number}.rs"),
            DEMO.to_owned(),
        ));
    }
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (&path[..], &text[..]))
        .collect();
    folder("predict", &files)
}

fn predict(folder: &Path, lesson: &str, answers: &str) -> (Option<i32>, String, String) {
    let input = tempfile::NamedTempFile::new().unwrap();
    fs::write(&input, answers).unwrap();
    outcome(xtask(folder, &["predict", lesson]).stdin(File::open(&input).unwrap()))
}

#[test]
fn each_question_says_how_to_answer_and_then_shows_what_the_demonstration_prints() {
    let (code, stdout, stderr) = predict(&course(), "1", "2\n\nB and a\n \n");

    let expected = "\
Question 1 of 4, lesson 1
What is it?
Answer with a number.
> 2

half of 4 is   2

Right: 2

Question 2 of 4, lesson 1
What is it?
Answer with a number.
> \n
half of 1 is 0

The answer is: 1

Question 3 of 4, lesson 1
What is it?
Answer with one or more words, separated by blanks or commas; or `none`.
> B and a

open: [\"A\", \"b\"]

Right: \"A\", \"b\"

Question 4 of 4, lesson 1
What is it?
Answer with one or more words, separated by blanks or commas; or `none`.
>  \n
left: []

The answer is: none

2 of 4 right
";
    assert_eq!((code, stdout.as_str()), (Some(0), expected), "{stderr}");
}

#[test]
fn a_question_about_jobs_is_answered_by_the_timeline_of_its_mode() {
    let (code, stdout, stderr) = predict(&course(), "2", "1ms\nA\na, b\na\nNone\n");

    assert_eq!(code, Some(0), "{stderr}");
    let gather = "\n\ngather\n  a ---o\n  b -x\n\n";
    let taskgroup = "\n\nTaskGroup\n  a -\n  b -x\n\n";
    for expected in [
        "gather runs the jobs a=5ms, b=1ms:fail. At which millisecond does the caller get\n\
         its result?\nAnswer with a number of milliseconds.\n> 1ms",
        &format!("1ms{gather}Right: 1 ms\n"),
        &format!(
            "Which jobs complete?\nAnswer with one or more words, separated by blanks or commas; or `none`.\n> A{gather}Right: a\n"
        ),
        &format!("a, b{gather}The answer is: a\n"),
        &format!("a{taskgroup}Right: a\n"),
        &format!("None{taskgroup}Right: none\n"),
        "\n4 of 5 right\n",
    ] {
        assert!(stdout.contains(expected), "{expected}\n\n{stdout}");
    }
}

#[test]
fn after_the_end_of_the_input_answers_are_shown_and_not_counted() {
    let (code, stdout, stderr) = predict(&course(), "1", "2\n");
    assert_eq!(code, Some(0), "{stderr}");
    assert!(
        stdout.contains("\nThe answer is: \"A\", \"b\"\n"),
        "{stdout}"
    );
    assert!(stdout.ends_with("\n1 of 1 right\n"), "{stdout}");

    let (code, stdout, stderr) = predict(&course(), "1", "");
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(stdout.matches("The answer is: ").count(), 4, "{stdout}");
    assert!(!stdout.contains("right"), "{stdout}");
}

#[test]
fn a_question_without_exactly_one_answer_is_a_failure() {
    for (lesson, name) in [("3", "lesson3"), ("4", "lesson4"), ("5", "lesson5")] {
        let (code, stdout, stderr) = predict(&course(), lesson, "");
        let error = format!("error: {name}: the output does not answer Demo {{ ask: ");
        assert_eq!((code, stdout.as_str()), (Some(1), ""));
        assert!(stderr.contains(&error), "{stderr}");
    }
}

#[test]
fn a_lesson_that_does_not_exist_or_asks_nothing_is_wrong_usage() {
    for (lesson, error) in [
        (
            "7",
            "error: there is no lesson 7: the lessons are 1, 2, 3, 4, 5, 6\n",
        ),
        ("6", "error: these lessons have no questions\n"),
    ] {
        let outcome = predict(&course(), lesson, "");
        assert_eq!(outcome, (Some(2), String::new(), error.into()));
    }
}

#[test]
fn the_real_timelines_answer_the_questions_of_a_lesson() {
    let is_long = std::env::var_os("LONG_TESTS").is_some();
    let lesson = if is_long { "all" } else { "3" };
    let (code, stdout, stderr) = predict(this_workspace(), lesson, "");
    assert_eq!(code, Some(0), "{stderr}");
    let questions = stdout.matches("Question ").count();
    assert_eq!(
        stdout.matches("The answer is: ").count(),
        questions,
        "{stdout}"
    );
    assert!(stdout.matches("\n  caller ").count() > 0, "{stdout}");
}

#[test]
fn every_lesson_asks_two_questions_at_least() {
    let mut lessons = 0;
    for entry in fs::read_dir(this_workspace().join("..")).unwrap() {
        let manifest = entry.unwrap().path().join("Cargo.toml");
        let text = fs::read_to_string(&manifest).unwrap_or_default();
        if text.contains("[package.metadata.lesson]") {
            lessons += 1;
            let questions = text.matches("[[package.metadata.lesson.question]]").count();
            assert!(questions >= 2, "{}", manifest.display());
        }
    }
    assert_eq!(lessons, 7);
}
