//! `cargo xtask agenda`, by the page that it prints.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{folder, manifest, outcome, this_workspace, xtask};

fn agenda(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(&mut xtask(folder, &[&["agenda"], arguments].concat()))
}

const PAGE: &str = "\
# Title

## For the teacher

**Show** the [code](src/lib.rs), [this](#title),
and [tokio](https://tokio.rs).

## More

[Later](later.md)
";

/// A workspace of lessons that take so many minutes, each with exercises that take so many.
fn course(name: &str, lessons: &[(u32, &[u32])]) -> PathBuf {
    let mut files = vec![(
        "Cargo.toml".to_owned(),
        "[workspace]\nresolver = \"3\"\nmembers = [\"lesson*\"]\n".to_owned(),
    )];
    for (number, (minutes, exercises)) in (1..).zip(lessons) {
        let mut more = String::new();
        for (letter, minutes) in ('a'..).zip(*exercises) {
            write!(
                more,
                "[[package.metadata.lesson.exercise]]\nname = \"{number}{letter}\"\n\
                 minutes = {minutes}\ntask = \"halve it\"\nhints = []\nfile = \"src/lib.rs\"\n\
                 functions = [\"half\"]\nprogram = \"halves\"\ntests = []\n"
            )
            .unwrap();
        }
        more += "[[package.metadata.lesson.question]]\nask = \"How much?\"\nline = \"___\"\n";
        let package = format!("lesson{number}");
        let manifest = manifest(&package, number, *minutes, &more);
        files.push((format!("{package}/Cargo.toml"), manifest));
        files.push((format!("{package}/src/lib.rs"), String::new()));
        files.push((format!("{package}/README.md"), PAGE.to_owned()));
        files.push((format!("{package}/examples/demo{number}.rs"), String::new()));
    }
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (&path[..], &text[..]))
        .collect();
    folder(name, &files)
}

/// The times and items of a page, without the titles: `0:00 L1, 0:10 1a, 0:20 Break, 0:30 End`.
fn plan(folder: &Path, arguments: &[&str]) -> String {
    let (code, page, stderr) = agenda(folder, arguments);
    assert_eq!(code, Some(0), "{stderr}");
    let headings = page.lines().filter_map(|line| line.strip_prefix("## "));
    let items = headings.map(|heading| {
        let heading = heading.replace("Lesson ", "L").replace("Exercise ", "");
        let title = heading.find(": [").unwrap_or(heading.len());
        heading[..title].to_owned()
    });
    items.collect::<Vec<_>>().join(", ")
}

#[test]
fn the_page_has_times_and_for_each_lesson_its_questions_and_commands() {
    let root = course("agenda-page", &[(20, &[10]), (90, &[])]);
    let (code, page, stderr) = agenda(&root, &["--minutes", "45"]);

    let expected = "\
# Workshop of 45 minutes

Lessons 1 to 4 come first, then one exercise for each of them, from 4 back to 1,
then each later lesson with one exercise, then the other exercises. If time runs
short, leave them out in the reverse order.

## 0:00 Lesson 1: [Title 1](lesson1/README.md)

Headline 1

- How much?

    cargo xtask predict 1
    cargo xtask run 1

### Notes

**Show** the [code](lesson1/src/lib.rs), [this](lesson1/README.md#title),
and [tokio](https://tokio.rs).

## 0:20 Exercise 1a

Write this: halve it

    cargo xtask learn start 1

## 0:30 End
";
    assert_eq!(
        (code, page.as_str(), stderr.as_str()),
        (Some(0), expected, "")
    );
}

#[test]
fn every_lesson_of_the_course_has_notes_for_its_teacher() {
    let (_, page, _) = agenda(this_workspace(), &["--minutes", "600"]);
    let count = |text: &str| page.matches(text).count();
    assert!(count(" Lesson ") > 1, "{page}");
    assert_eq!(count("\n### Notes\n\n"), count(" Lesson "), "{page}");
}

#[test]
fn the_handout_is_one_sheet_with_three_timelines_and_the_table_of_the_front_page() {
    let (code, sheet, stderr) = agenda(this_workspace(), &["--handout"]);
    assert_eq!(code, Some(0), "{stderr}");
    for mode in ["gather", "gather, collecting", "TaskGroup"] {
        assert!(sheet.contains(&format!("two-jobs · {mode}\n")), "{sheet}");
    }
    let front = fs::read_to_string(this_workspace().join("../README.md")).unwrap();
    let (_, section) = front.split_once("\n## Which one when\n").unwrap();
    let rows = section.lines().skip_while(|line| !line.starts_with('|'));
    let rows: Vec<_> = rows.take_while(|line| line.starts_with('|')).collect();
    assert!(sheet.ends_with(&(rows.join("\n") + "\n")), "{sheet}");
    assert!(sheet.lines().count() <= 60, "{sheet}");
}

#[test]
fn the_comparison_of_lesson_4_comes_within_90_minutes_by_default() {
    let plan = plan(this_workspace(), &[]);
    assert!(plan.contains(", 1:05 L4,"), "{plan}");
}

#[test]
fn lessons_up_to_4_come_before_exercises_and_exercises_before_later_lessons() {
    let root = course(
        "agenda-order",
        &[
            (5, &[5, 5]),
            (5, &[5]),
            (5, &[]),
            (5, &[5]),
            (5, &[5]),
            (5, &[5]),
        ],
    );
    for (minutes, expected) in [
        ("5", "0:00 L1, 0:05 End"),
        ("20", "0:00 L1, 0:05 L2, 0:10 L3, 0:15 L4, 0:20 End"),
        (
            "25",
            "0:00 L1, 0:05 L2, 0:10 L3, 0:15 L4, 0:20 4a, 0:25 End",
        ),
        (
            "44",
            "0:00 L1, 0:05 1a, 0:10 L2, 0:15 2a, 0:20 L3, 0:25 L4, 0:30 4a, 0:35 L5, 0:40 End",
        ),
        (
            "55",
            "0:00 L1, 0:05 1a, 0:10 L2, 0:15 2a, 0:20 L3, 0:25 L4, 0:30 4a, 0:35 L5, 0:40 5a, \
             0:45 L6, 0:50 6a, 0:55 End",
        ),
        (
            "600",
            "0:00 L1, 0:05 1a, 0:10 1b, 0:15 L2, 0:20 2a, 0:25 L3, 0:30 L4, 0:35 4a, 0:40 L5, \
             0:45 5a, 0:50 L6, 0:55 6a, 1:00 End",
        ),
    ] {
        assert_eq!(plan(&root, &["--minutes", minutes]), expected);
    }
}

#[test]
fn a_shorter_exercise_fills_the_time_but_a_lesson_is_never_skipped() {
    let root = course(
        "agenda-fill",
        &[(10, &[9]), (10, &[4]), (30, &[]), (5, &[1])],
    );
    let expected = "0:00 L1, 0:10 L2, 0:20 2a, 0:24 End";
    assert_eq!(plan(&root, &["--minutes", "28"]), expected);
}

#[test]
fn only_the_lessons_that_were_asked_for_are_planned() {
    let root = course("agenda-lessons", &[(10, &[5]), (10, &[5]), (10, &[5])]);
    let arguments = ["--minutes", "90", "--lessons", "1,3"];
    assert_eq!(
        plan(&root, &arguments),
        "0:00 L1, 0:10 1a, 0:15 L3, 0:25 3a, 0:30 End"
    );
    let (code, page, stderr) = agenda(&root, &["--lessons", "4"]);
    let error = "error: there is no lesson 4: the lessons are 1, 2, 3\n";
    assert_eq!((code, page.as_str(), stderr.as_str()), (Some(2), "", error));
}

#[test]
fn a_break_comes_after_an_hour_at_most_and_never_within_a_lesson() {
    let root = course("agenda-breaks", &[(40, &[20]), (70, &[]), (10, &[])]);
    let with_exercise = "0:00 L1, 0:40 1a, 1:00 Break, 1:10 L2, 2:20 Break, 2:30 L3, 2:40 End";
    assert_eq!(plan(&root, &["--minutes", "160"]), with_exercise);
    let without_exercise = "0:00 L1, 0:40 Break, 0:50 L2, 2:00 Break, 2:10 L3, 2:20 End";
    assert_eq!(plan(&root, &["--minutes", "159"]), without_exercise);

    let root = course("agenda-long", &[(70, &[]), (40, &[21])]);
    let longer_than_an_hour = "0:00 L1, 1:10 Break, 1:20 L2, 2:00 Break, 2:10 2a, 2:31 End";
    assert_eq!(plan(&root, &["--minutes", "160"]), longer_than_an_hour);
}

#[test]
fn too_little_time_is_an_error_that_says_how_much_is_needed() {
    let root = course("agenda-short", &[(20, &[1])]);
    let (code, page, stderr) = agenda(&root, &["--minutes", "19"]);
    let error = "error: --minutes must be at least 20, for the first lesson\n";
    assert_eq!((code, page.as_str(), stderr.as_str()), (Some(2), "", error));
}
