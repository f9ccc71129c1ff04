//! `cargo xtask agenda`, by the page that it prints.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::outcome;

fn agenda(folder: &Path, minutes: &str) -> (Option<i32>, String, String) {
    outcome(
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["agenda", "--minutes", minutes])
            .current_dir(folder),
    )
}

fn this_workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The minutes from and to of each row.
fn rows(page: &str) -> Vec<(u32, u32)> {
    let minutes = |time: &str| {
        let (hours, minutes) = time.trim().split_once(':')?;
        Some(hours.parse::<u32>().ok()? * 60 + minutes.parse::<u32>().ok()?)
    };
    let rows = page.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split('|');
        Some((minutes(cells.next()?)?, minutes(cells.next()?)?))
    });
    rows.collect()
}

#[test]
fn the_rows_fill_the_time_without_a_gap_and_there_is_a_break_in_more_than_an_hour() {
    for minutes in [60, 90, 240, 480] {
        let (code, page, stderr) = agenda(this_workspace(), &minutes.to_string());
        assert_eq!(code, Some(0), "{stderr}");
        let rows = rows(&page);
        assert_eq!(rows.first().map(|row| row.0), Some(0), "{page}");
        assert_eq!(rows.last().map(|row| row.1), Some(minutes), "{page}");
        for pair in rows.windows(2) {
            assert_eq!(pair[0].1, pair[1].0, "{page}");
        }
        assert_eq!(page.contains("| *Break* |"), minutes > 60, "{page}");
        assert!(page.contains("| **Lesson 1**: ["), "{page}");
        assert!(stderr.starts_with("\nIf time gets short, leave out, in this order:\n"));
    }
}

#[test]
fn the_same_time_gives_the_same_page() {
    let first = agenda(this_workspace(), "90");
    assert_eq!(agenda(this_workspace(), "90"), first);
}

/// A workspace of one lesson with one exercise, and a second one that is long.
fn two_lessons() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("agenda");
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"lesson*\"]\n",
    );
    for (number, minutes) in [(1, 20), (2, 90)] {
        let manifest = format!(
            "[package]\nname = \"lesson{number}\"\nedition = \"2024\"\n\n\
             [package.metadata.lesson]\nnumber = {number}\ntitle = \"Title {number}\"\n\
             minutes = {minutes}\nheadline = \"Headline {number}\"\n\n\
             [[package.metadata.lesson.exercise]]\nname = \"half\"\nminutes = 10\n\
             task = \"halve it\"\nhints = []\nfile = \"src/lib.rs\"\nfunctions = []\n\
             program = \"halves\"\ntests = []\n"
        );
        write(&format!("lesson{number}/Cargo.toml"), &manifest);
        write(&format!("lesson{number}/src/lib.rs"), "");
        let demo = format!("lesson{number}/examples/demo{number}.rs");
        write(&demo, "fn main() {}\n");
    }
    root
}

#[test]
fn the_page_has_the_times_then_each_lesson_with_its_exercises_and_then_what_is_for_home() {
    let (code, page, stderr) = agenda(&two_lessons(), "45");

    let expected = "\
# When one of many tasks fails: 45 minutes

Before we begin: `cargo xtask doctor` says whether your laptop is ready.

| from | to | |
|---|---|---|
| 0:00 | 0:20 | **Lesson 1**: [Title 1](lesson1/README.md) |
| 0:20 | 0:30 | Exercise: half |
| 0:30 | 0:45 | Questions |

## 1. Title 1

Headline 1

    cargo xtask run 1

To write yourself, after `cargo xtask learn start 1`:

- **half** (10 minutes): halve it

## To read at home

- Lesson 2: [Title 2](lesson2/README.md), 90 minutes
";
    assert_eq!(page, expected);
    let cuts = "\nIf time gets short, leave out, in this order:\n  1. lesson 1's exercise half (10 minutes)\n";
    assert_eq!(stderr, cuts);
    assert_eq!(code, Some(0));
}

#[test]
fn too_little_time_is_said_with_what_is_needed() {
    let (code, page, stderr) = agenda(&two_lessons(), "19");

    let words = "error: nothing fits into 19 minutes: the first lesson alone takes 20\n";
    assert_eq!((code, page.as_str(), stderr.as_str()), (Some(2), "", words));
}
