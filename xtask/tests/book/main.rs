//! `cargo xtask book`, in a real browser. Where mdBook, chromium or chromedriver is missing, these tests
//! print that and pass. With `BOOK_TESTS=required` they fail then.

mod browser;
mod engine;
mod links;
mod modes;
mod pictures;
mod timeline;

#[path = "../support/mod.rs"]
mod support;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use support::{outcome, this_workspace, xtask};

/// The root of the workspace.
fn root() -> PathBuf {
    this_workspace().parent().unwrap().to_owned()
}

/// The folder of the book, in a path with a blank. None if it cannot be built or seen here.
fn book() -> Option<&'static Path> {
    static BOOK: OnceLock<Option<PathBuf>> = OnceLock::new();
    BOOK.get_or_init(|| {
        for program in ["mdbook", "chromedriver", "chromium"] {
            let mut version = Command::new(program);
            let version = version
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            if !version.status().is_ok_and(|status| status.success()) {
                let message = format!("the book is not tested: {program} is not installed");
                assert!(
                    env::var("BOOK_TESTS").as_deref() != Ok("required"),
                    "{message}"
                );
                eprintln!("{message}");
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
