//! What `cargo test` printed, read back: how many tests passed, and which failed with what words.
//!
//! Standard output and standard error have to come in one stream, as in a terminal. Cargo's hint
//! ``to rerun pass `--test fetch` `` then stands right behind the failures it speaks of.

use std::collections::BTreeMap;

use serde_derive::Serialize;

#[derive(Debug, Default, PartialEq)]
pub struct Report {
    pub counts: Counts,
    pub failures: Vec<Failed>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
    pub ignored: u32,
}

#[derive(Debug, PartialEq)]
pub struct Failed {
    /// The arguments that select its test program: `--test fetch`, `--lib`, `--doc`.
    pub target: String,
    /// None if no test failed, but the program itself ended early.
    pub test: Option<String>,
    /// What it printed, the assertion's words among it.
    pub words: Vec<String>,
}

/// Where in the output of one test program we are.
enum Place {
    /// Among the lines `test ... ok`. What else stands there matters if the program dies.
    Tests,
    /// In the section `---- NAME stdout ----`.
    Section(String),
    /// In the list of names behind the last `failures:`.
    Names,
}

pub fn read(output: &str, package: &str) -> Report {
    let mut report = Report::default();
    let mut place = Place::Tests;
    let mut strays = Vec::new();
    let mut sections = BTreeMap::<String, Vec<String>>::new();
    let mut names = Vec::new();

    for line in output.lines() {
        if let Some(target) = rerun_target(line, package) {
            if names.is_empty() {
                report.counts.failed += 1;
                report.failures.push(Failed {
                    target: target.into(),
                    test: None,
                    words: trimmed(&strays),
                });
            }
            for name in names.drain(..) {
                report.failures.push(Failed {
                    target: target.into(),
                    words: trimmed(&sections.remove(&name).unwrap_or_default()),
                    test: Some(name),
                });
            }
            place = Place::Tests;
            strays.clear();
        } else if let Some(counts) = counts(line) {
            report.counts.passed += counts.passed;
            report.counts.failed += counts.failed;
            report.counts.ignored += counts.ignored;
            place = Place::Tests;
            strays.clear();
        } else if let Some(name) = section(line) {
            place = Place::Section(name.into());
        } else if line == "failures:" {
            place = Place::Names;
        } else if let Some(cause) = cause_of_death(line) {
            if let Some(failed) = report.failures.last_mut() {
                failed.words.push(cause.into());
            }
        } else {
            match &place {
                Place::Tests if is_routine(line) => {}
                Place::Tests => strays.push(line.into()),
                Place::Section(name) => {
                    sections.entry(name.clone()).or_default().push(line.into());
                }
                Place::Names => names.extend(line.strip_prefix("    ").map(String::from)),
            }
        }
    }
    report
}

/// ``error: test failed, to rerun pass `-p step1-fetcher --test fetch` ``. Cargo leaves the package
/// out in a workspace of one.
fn rerun_target<'a>(line: &'a str, package: &str) -> Option<&'a str> {
    let arguments = line
        .strip_prefix("error: test failed, to rerun pass `")
        .or_else(|| line.strip_prefix("error: doctest failed, to rerun pass `"))?
        .strip_suffix('`')?;
    let alone = arguments.strip_prefix("-p ").and_then(|rest| {
        let rest = rest.strip_prefix(package)?;
        rest.strip_prefix(' ')
    });
    Some(alone.unwrap_or(arguments))
}

/// `test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; ...`
fn counts(line: &str) -> Option<Counts> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |kind: &str| {
        counts
            .split("; ")
            .find_map(|count| count.strip_suffix(kind)?.trim_end().parse().ok())
    };
    Some(Counts {
        passed: count("passed")?,
        failed: count("failed")?,
        ignored: count("ignored")?,
    })
}

fn section(line: &str) -> Option<&str> {
    line.strip_prefix("---- ")?.strip_suffix(" stdout ----")
}

/// `process didn't exit successfully: PROGRAM (signal: 6, SIGABRT: process abort signal)`, which
/// stands behind the hint.
fn cause_of_death(line: &str) -> Option<&str> {
    let cause = line.strip_prefix("  process didn't exit successfully: ")?;
    let (_program, cause) = cause.rsplit_once(" (")?;
    cause.strip_suffix(')')
}

/// Lines that say nothing about why a test program died.
fn is_routine(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("Running ")
        || line.starts_with("Doc-tests ")
        || line.starts_with("running ")
        || (line.starts_with("test ") && line.contains(" ... "))
}

/// Without the blank lines around it, and without the advice on backtraces.
fn trimmed(lines: &[String]) -> Vec<String> {
    let lines: Vec<_> = lines
        .iter()
        .filter(|line| !line.starts_with("note: run with `RUST_BACKTRACE=1`"))
        .cloned()
        .collect();
    let is_blank = |line: &String| line.trim().is_empty();
    let Some(first) = lines.iter().position(|line| !is_blank(line)) else {
        return Vec::new();
    };
    let last = lines.iter().rposition(|line| !is_blank(line));
    lines[first..=last.unwrap_or(first)].to_vec()
}

/// The one command that repeats these failures, and as little else as possible.
pub fn repeat(package: &str, failures: &[Failed]) -> String {
    let Some((first, others)) = failures.split_first() else {
        return format!("cargo test -p {package}");
    };
    let target = &first.target;
    if others.iter().any(|other| other.target != *target) {
        return format!("cargo test -p {package} --no-fail-fast");
    }
    let command = format!("cargo test -p {package} {target}");
    match &first.test {
        Some(test) if others.is_empty() && target == "--doc" => {
            format!("{command} -- {}", doctest_filter(test))
        }
        Some(test) if others.is_empty() => format!("{command} {test} -- --exact"),
        _ => command,
    }
}

/// The name of a doctest, `src/gather.rs - gather::gather (line 12)`, has blanks in it, and rustdoc
/// takes every word for a filter of its own. So we give it the one word that tells most.
fn doctest_filter(test: &str) -> &str {
    let (file, place) = test.split_once(" - ").unwrap_or((test, ""));
    let item = place.split(" (line ").next().unwrap_or_default();
    if item.is_empty() || item.starts_with("(line ") {
        file
    } else {
        item
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Failed, Report, read, repeat};

    fn failed(target: &str, test: &str, words: &[&str]) -> Failed {
        Failed {
            target: target.into(),
            test: Some(test.into()),
            words: words.iter().map(ToString::to_string).collect(),
        }
    }

    const PASSES: &str = "
     Running tests/connections.rs (target/debug/deps/connections-e3b7c88514ca3da8)

running 2 tests
test a ... ok
test b - should panic ... ok

test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

   Doc-tests lesson

running 2 tests
test src/a.rs - a::A (line 1) ... ok
test src/a.rs - a::B (line 9) ... ignored

test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s


running 1 test
test src/a.rs - a::C (line 20) - compile fail ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

all doctests ran in 0.25s; merged doctests compilation took 0.18s
";

    const FAILS: &str = r#"
     Running tests/fetch.rs (target/debug/deps/fetch-ab628fb09ccb4964)

running 4 tests
test module::errs ... FAILED
test fine ... ok
test panics - should panic ... FAILED
test counts ... FAILED

failures:

---- module::errs stdout ----
Error: "went wrong"

---- counts stdout ----
before

thread 'counts' (7703) panicked at tests/fetch.rs:177:39:
assertion `left == right` failed: counting
  left: 1
 right: 2
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace

---- panics stdout ----
note: test did not panic as expected at tests/fetch.rs:180:4

failures:
    counts
    module::errs
    panics

test result: FAILED. 1 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s

error: test failed, to rerun pass `-p lesson --test fetch`
"#;

    const DOCTESTS_FAIL: &str = "
   Doc-tests lesson

running 1 test
test lesson/src/../README.md - (line 3) ... FAILED

failures:

---- lesson/src/../README.md - (line 3) stdout ----
Test executable failed (exit status: 101).


failures:
    lesson/src/../README.md - (line 3)

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s


running 1 test
test lesson/src/a.rs - a::A (line 99) - compile fail ... FAILED

failures:

---- lesson/src/a.rs - a::A (line 99) stdout ----
Test compiled successfully, but it's marked `compile_fail`.

failures:
    lesson/src/a.rs - a::A (line 99)

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.07s

all doctests ran in 0.25s; merged doctests compilation took 0.18s
error: doctest failed, to rerun pass `-p lesson --doc`
error: 2 targets failed:
    `-p lesson --test fetch`
    `-p lesson --doc`
";

    const DIES: &str = "
     Running tests/dies.rs (target/debug/deps/dies-b639d5e020c98903)

running 2 tests
test fine ... ok
thread 'dies' has overflowed its stack
error: test failed, to rerun pass `-p lesson --test dies`

Caused by:
  process didn't exit successfully: `target/debug/deps/dies` (signal: 6, SIGABRT: process abort signal)
";

    #[test]
    fn the_counts_of_all_test_programs_and_doctests_are_added_up() {
        let counts = Counts {
            passed: 4,
            failed: 0,
            ignored: 1,
        };
        let failures = Vec::new();
        assert_eq!(read(PASSES, "lesson"), Report { counts, failures });
    }

    #[test]
    fn each_failure_has_its_program_its_name_and_its_words() {
        let report = read(&(PASSES.to_owned() + FAILS + DOCTESTS_FAIL), "lesson");
        let counts = Counts {
            passed: 5,
            failed: 5,
            ignored: 1,
        };
        assert_eq!(report.counts, counts);
        let words = [
            "before",
            "",
            "thread 'counts' (7703) panicked at tests/fetch.rs:177:39:",
            "assertion `left == right` failed: counting",
            "  left: 1",
            " right: 2",
        ];
        let not_panicked = "note: test did not panic as expected at tests/fetch.rs:180:4";
        let readme = "Test executable failed (exit status: 101).";
        let compiled = "Test compiled successfully, but it's marked `compile_fail`.";
        assert_eq!(
            report.failures,
            [
                failed("--test fetch", "counts", &words),
                failed("--test fetch", "module::errs", &["Error: \"went wrong\""]),
                failed("--test fetch", "panics", &[not_panicked]),
                failed("--doc", "lesson/src/../README.md - (line 3)", &[readme]),
                failed("--doc", "lesson/src/a.rs - a::A (line 99)", &[compiled]),
            ]
        );
    }

    #[test]
    fn a_test_program_that_dies_is_one_failure_without_a_name() {
        let report = read(&(DIES.to_owned() + PASSES), "lesson");
        assert_eq!((report.counts.passed, report.counts.failed), (4, 1));
        let words = [
            "thread 'dies' has overflowed its stack",
            "signal: 6, SIGABRT: process abort signal",
        ];
        let expected = Failed {
            test: None,
            ..failed("--test dies", "", &words)
        };
        assert_eq!(report.failures, [expected]);
    }

    #[test]
    fn lines_may_end_as_on_windows() {
        let windows = FAILS.replace('\n', "\r\n");
        assert_eq!(read(&windows, "lesson"), read(FAILS, "lesson"));
    }

    #[test]
    fn a_hint_without_the_package_is_understood() {
        let hint = "error: test failed, to rerun pass `--lib`";
        assert_eq!(read(hint, "lesson").failures[0].target, "--lib");
    }

    #[test]
    fn what_is_no_test_output_has_no_tests_in_it() {
        let report = read("error: could not compile `lesson`", "lesson");
        assert_eq!(report, Report::default());
    }

    #[test]
    fn one_failed_test_is_repeated_alone() {
        let failures = [failed("--test fetch", "module::errs", &[])];
        assert_eq!(
            repeat("lesson", &failures),
            "cargo test -p lesson --test fetch module::errs -- --exact"
        );
    }

    #[test]
    fn a_failed_doctest_is_repeated_by_its_item_or_its_file() {
        let doctest = |name| repeat("lesson", &[failed("--doc", name, &[])]);
        assert_eq!(
            doctest("lesson/src/a.rs - a::A (line 99)"),
            "cargo test -p lesson --doc -- a::A"
        );
        assert_eq!(
            doctest("lesson/src/../README.md - (line 3)"),
            "cargo test -p lesson --doc -- lesson/src/../README.md"
        );
    }

    #[test]
    fn several_failures_are_repeated_with_their_program_or_with_all() {
        let mut failures = vec![
            failed("--test fetch", "a", &[]),
            failed("--test fetch", "b", &[]),
        ];
        assert_eq!(
            repeat("lesson", &failures),
            "cargo test -p lesson --test fetch"
        );
        failures.push(failed("--doc", "c", &[]));
        assert_eq!(
            repeat("lesson", &failures),
            "cargo test -p lesson --no-fail-fast"
        );
    }

    #[test]
    fn a_program_that_died_is_repeated_whole() {
        let died = Failed {
            test: None,
            ..failed("--test dies", "", &[])
        };
        assert_eq!(
            repeat("lesson", &[died]),
            "cargo test -p lesson --test dies"
        );
    }
}
