//! `cargo xtask book`, in a real browser. Where mdBook, chromium or chromedriver is missing, these tests
//! print that and pass. With `BOOK_TESTS=required` they fail then, and with `BOOK_TESTS=skip` they all pass.

mod browser;
mod engine;
mod links;
mod modes;
mod pictures;
mod recorded;
mod timeline;

#[path = "../support/cargo.rs"]
mod cargo;
#[path = "../support/mod.rs"]
mod support;

use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use cargo::cargo;
use serde_json::Value;
use support::{folder, manifest, outcome, this_workspace, xtask};

/// The root of the workspace.
fn root() -> PathBuf {
    this_workspace().parent().unwrap().to_owned()
}

/// The folder of the book, in a path with a blank. None if it cannot be built or seen here.
fn book() -> Option<&'static Path> {
    static BOOK: OnceLock<Option<PathBuf>> = OnceLock::new();
    BOOK.get_or_init(|| {
        if env::var("BOOK_TESTS").is_ok_and(|tests| tests == "skip") {
            tell("the book is not tested: BOOK_TESTS is `skip`");
            return None;
        }
        for program in ["mdbook", "chromedriver", "chromium"] {
            let version = Command::new(program).arg("--version").output();
            if !version.is_ok_and(|version| version.status.success()) {
                not_tested(&format!(
                    "the book is not tested: {program} is not installed"
                ));
                return None;
            }
        }
        let (code, stdout, stderr) = outcome(&mut xtask(&root(), &["book"]));
        assert_eq!(code, Some(0), "{stderr}");
        let built = Path::new(stdout.trim()).parent().unwrap().to_owned();
        let with_blank = Path::new(env!("CARGO_TARGET_TMPDIR")).join("a book");
        let _ = fs::remove_dir_all(&with_blank);
        copy(&built, &with_blank);
        Some(fs::canonicalize(with_blank).unwrap())
    })
    .as_deref()
}

/// Something that a test needs is missing.
fn not_tested(message: &str) {
    let is_required = env::var("BOOK_TESTS").is_ok_and(|tests| tests == "required");
    assert!(!is_required, "{message}");
    tell(message);
}

/// Not with `eprintln!`, whose text is hidden while the test passes.
fn tell(message: &str) {
    let mut stderr = io::stderr();
    writeln!(stderr, "{message}").unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The objects that an example of a lesson prints, one a line.
fn example(package: &str, name: &str, arguments: &[&str], input: &str) -> Vec<Value> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(input.as_bytes()).unwrap();
    let mut cargo = cargo();
    cargo.args(["run", "-q", "-p", package, "--example", name, "--"]);
    cargo.args(arguments).current_dir(root());
    let (code, stdout, stderr) = outcome(cargo.stdin(File::open(file.path()).unwrap()));
    assert_eq!(code, Some(0), "{stderr}");
    let objects = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    objects.collect()
}

#[test]
fn without_mdbook_the_command_that_installs_it_is_named() {
    let mut command = xtask(&root(), &["book"]);
    // Cargo itself is started by its full path.
    command
        .env("PATH", "/nonexistent")
        .env("CARGO", env!("CARGO"));
    let (code, stdout, stderr) = outcome(&mut command);

    assert_eq!((code, &stdout[..]), (Some(1), ""));
    assert!(stderr.contains("cargo install mdbook --locked"), "{stderr}");
}

#[test]
fn a_dead_link_and_a_dead_anchor_fail_the_build_and_are_named() {
    if book().is_none() {
        return;
    }
    let manifest = manifest("lesson", 1, 1, "");
    let page = "# Lesson\n\n[a](#here), [b](missing.rs),\n[c](../README.md#there), [d](../README.md#title)\n";
    let files = [
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"lesson\"]\n",
        ),
        ("README.md", "# Title\n"),
        ("lesson/Cargo.toml", &manifest),
        ("lesson/README.md", page),
        ("lesson/src/lib.rs", ""),
        ("lesson/examples/demo1.rs", "fn main() {}\n"),
        ("xtask/book/what-if.md", "# What if\n"),
        ("xtask/book/teaching.md", "# Teaching\n"),
    ];
    let root = folder("dead-links", &files);
    let mut command = xtask(&root, &["book"]);
    let (code, _, stderr) = outcome(command.env("CARGO_TARGET_DIR", root.join("target")));

    assert_eq!(code, Some(1), "{stderr}");
    let problems = [
        "lesson/README.md:3: #here: there is no such heading",
        "lesson/README.md:3: there is no file missing.rs",
        "lesson/README.md:4: ../README.md#there: there is no such heading",
    ];
    assert!(
        stderr.ends_with(&format!("{}\n", problems.join("\n"))),
        "{stderr}"
    );
}
