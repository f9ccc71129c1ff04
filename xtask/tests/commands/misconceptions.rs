//! `cargo xtask misconceptions`, in a workspace with one small lesson.

use crate::workspace::{workspace, write, xtask};

/// A section of a page: a wrong solution, and the test that catches it.
fn section(title: &str, change: &str, caught_by: &str) -> String {
    format!("## {title}\n\n```diff\n# lesson/src/lib.rs\n{change}\n```\n\n{caught_by}\n\n")
}

fn caught_by(test: &str) -> String {
    format!("Caught by [`{test}`](tests/halves.rs).")
}

fn shown(test: &str, prints: &str) -> String {
    format!("```console\n$ cargo test -p lesson --test halves {test}\n{prints}\n```")
}

const DOUBLE: &str = "-    number / 2\n+    number * 2";
const TEXT: &str = "-    number / 2\n+    \"half\"";

#[test]
fn wrong_solutions_on_all_pages_are_caught_by_the_tests_that_they_name() {
    let root = workspace("caught");
    // Two changes. The second one has a line of context, because its line is there twice.
    let end = section(
        "",
        "     number\n-}\n+} // The end.",
        &caught_by("four_has_two"),
    );
    let double = section("Double", DOUBLE, end.trim_start_matches("## \n"));
    write(
        &root,
        "lesson/MISCONCEPTIONS.md",
        &("# Wrong\n\n".to_owned() + &double),
    );
    let prints = "test one_has_none ... FAILED\n...\n  left: 1\n right: 0";
    let up = "-    number / 2\n+    number.div_ceil(2)";
    let break_it = section("Break it", up, &shown("has_none", prints));
    let text = shown("four_has_two", "error[E0308]: mismatched types");
    let refused = section("Give a text", TEXT, &text);
    write(&root, "lesson/README.md", &(break_it + &refused));

    let (code, stdout, stderr) = xtask(&root, &["misconceptions", "1"]);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let expected = "Lesson 1  Halves\n  caught      Double\n  caught      Break it\n  \
                    caught      Give a text\n3 misconceptions, 0 not caught, in ";
    assert!(stdout.starts_with(expected), "{stdout}");
}

#[test]
fn a_wrong_solution_that_is_not_caught_is_a_failure_that_says_why() {
    let root = workspace("not-caught");
    let shift = "-    number / 2\n+    number >> 1";
    let (mut page, mut expected) = (String::new(), Vec::new());
    for (change, test, problem) in [
        (shift, "four_has_two", "four_has_two passes"),
        (
            TEXT,
            "four_has_two",
            "four_has_two does not compile\n    error[E0308]: mismatched types",
        ),
        (
            "-number / 3",
            "four_has_two",
            "lesson/src/lib.rs does not have these lines",
        ),
        (
            "-}",
            "four_has_two",
            "lesson/src/lib.rs has these lines more than once",
        ),
        (
            DOUBLE,
            "one_has_one",
            "without the change, one_has_one fails",
        ),
        (
            DOUBLE,
            "two_has_one",
            "without the change, two_has_one does not exist",
        ),
    ] {
        let place = format!("lesson/MISCONCEPTIONS.md:{}", page.lines().count() + 1);
        expected.push(format!("  not caught  Wrong\n    {place}: {problem}\n"));
        page += &section("Wrong", change, &caught_by(test));
    }
    let of_thirds = "Caught by [`four_has_two`](tests/thirds.rs).";
    page += &section("Of thirds", DOUBLE, of_thirds);
    expected.push("without the change, four_has_two does not compile\n".into());
    // The lines that a page shows must be printed in this order, by the test or by the compiler.
    for (change, prints, problem) in [
        (
            DOUBLE,
            "right: 2\nleft: 8",
            "`left: 8` is not printed: four_has_two fails\n",
        ),
        (
            TEXT,
            "test four_has_two ... FAILED",
            "` is not printed: four_has_two does not compile\n",
        ),
    ] {
        page += &section("Shown", change, &shown("four_has_two", prints));
        expected.push(problem.into());
    }
    write(&root, "lesson/MISCONCEPTIONS.md", &page);

    let (code, stdout, stderr) = xtask(&root, &["misconceptions"]);
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    for expected in expected {
        assert!(stdout.contains(&expected), "{expected}\n{stdout}");
    }
    assert!(
        stdout.contains("9 misconceptions, 9 not caught, in "),
        "{stdout}"
    );
}

#[test]
fn a_page_that_cannot_be_read_is_wrong_usage_and_nothing_is_tried() {
    let root = workspace("unreadable");
    let test = caught_by("four_has_two");
    let right = section("Double", DOUBLE, &test);
    let names = "lesson/README.md:1: the section must name one test, and names";
    for (page, expected) in [
        (
            right.repeat(2),
            "lesson: the pages must show at least 3 wrong solutions, and show 2",
        ),
        (right.replace(&test, "No test."), &format!("{names} 0")),
        (right.replace(&test, &test.repeat(2)), &format!("{names} 2")),
        (
            right.replace("src/lib", "tests/halves"),
            "lesson/README.md:3: a change must be in lesson/src",
        ),
        (
            right.replace("# lesson", "lesson"),
            "lesson/README.md:3: the first line of a change must be `# path/of/the/file.rs`",
        ),
        (
            right.replace("-  ", "   "),
            "lesson/README.md:3: a change must remove at least one line (`-`)",
        ),
        (
            right.replace("-  ", "@@ "),
            "lesson/README.md:3: a change must not have the line `@@   number / 2`",
        ),
    ] {
        write(&root, "lesson/README.md", &page);
        let (code, stdout, stderr) = xtask(&root, &["misconceptions"]);
        assert_eq!(stderr, format!("error: {expected}\n"));
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
    }
}
