//! `cargo xtask pack`, with a small workspace that has one dependency.
//!
//! This workspace has the same dependency, so that its source is here and no network is needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{folder, outcome, xtask};

const CONFIG: &str = "[alias]\nhello = \"run\"\n";
const MANIFEST: &str = "\
[package]
name = \"hello\"
edition = \"2024\"

[dependencies]
fastrand = \"2\"

[workspace]
";

fn succeed(command: &mut Command) {
    let (code, stdout, stderr) = outcome(command);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
}

/// A workspace in a repository of its own, with everything committed.
fn repository(name: &str) -> PathBuf {
    let _ = fs::remove_dir_all(folder(name, &[]));
    let root = folder(
        name,
        &[
            ("Cargo.toml", MANIFEST),
            ("README.md", "old\n"),
            ("deleted", ""),
            (".gitignore", "/target\n"),
            (".cargo/config.toml", CONFIG),
            ("src/main.rs", "fn main() {}\n"),
            ("target/old", ""),
        ],
    );
    let mut lock = Command::new(env!("CARGO"));
    succeed(
        lock.args(["generate-lockfile", "--offline"])
            .current_dir(&root),
    );
    let identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"];
    for arguments in [
        &["init", "-q"][..],
        &["add", "."],
        &["commit", "-q", "-m", "a"],
    ] {
        let mut git = Command::new("git");
        succeed(git.args(identity).args(arguments).current_dir(&root));
    }
    root
}

fn pack(root: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = xtask(root, &[&["pack"], arguments].concat());
    command
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env("CARGO_NET_OFFLINE", "true")
        // The workspace is in the folder of another repository.
        .env("GIT_CEILING_DIRECTORIES", root.parent().unwrap());
    outcome(&mut command)
}

#[test]
fn the_archive_has_the_tracked_files_as_they_are_and_builds_without_a_registry() {
    let root = repository("packed");
    fs::write(root.join("README.md"), "new\n").unwrap();
    fs::write(root.join("untracked"), "").unwrap();
    fs::remove_file(root.join("deleted")).unwrap();
    fs::create_dir_all(root.join("target/book/css")).unwrap();
    fs::write(root.join("target/book/css/page.css"), "book\n").unwrap();
    let (code, stdout, stderr) = pack(&root, &[]);

    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let archive = root.join("target/lessons.tar.gz");
    assert!(stdout.starts_with(archive.to_str().unwrap()), "{stdout}");
    let note = "note: uncommitted changes (files with ?? are not packed):\n";
    assert_eq!(
        stderr,
        format!("{note} M README.md\n D deleted\n?? untracked\nCopying the dependencies\n")
    );

    let elsewhere = tempfile::tempdir().unwrap();
    let mut tar = Command::new("tar");
    succeed(tar.arg("-xzf").arg(archive).current_dir(&elsewhere));
    let unpacked = elsewhere.path().join("lessons");
    let text = |name: &str| fs::read_to_string(unpacked.join(name)).unwrap();
    assert_eq!(text("README.md"), "new\n");
    assert_eq!(text("book/css/page.css"), "book\n");
    for name in ["untracked", "deleted", "target", ".git"] {
        assert!(!unpacked.join(name).exists(), "{name}");
    }
    assert!(text(".cargo/config.toml").starts_with(CONFIG));
    // Reads the manifest of the dependency, and so finds its source.
    let mut metadata = Command::new(env!("CARGO"));
    metadata.args(["metadata", "--offline", "--locked", "--format-version=1"]);
    let empty = elsewhere.path().join("cargo-home");
    succeed(metadata.env("CARGO_HOME", empty).current_dir(&unpacked));
}

#[test]
fn an_archive_of_committed_files_has_no_note_and_says_how_to_use_it() {
    let root = repository("committed");
    let (code, stdout, stderr) = pack(&root, &["--output", "target/a.tar.gz"]);

    assert_eq!((code, &stderr[..]), (Some(0), "Copying the dependencies\n"));
    assert!(stdout.starts_with("target/a.tar.gz\n"), "{stdout}");
    let command = "\n    tar -xzf a.tar.gz && cd lessons && cargo xtask run\n";
    assert!(stdout.ends_with(command), "{stdout}");
    assert!(root.join("target/a.tar.gz").exists());
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let root = repository("nowhere");
    let (code, stdout, stderr) = pack(&root, &["--output", "Cargo.toml/a.tar.gz"]);

    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    let error = "error: cannot write Cargo.toml/a.tar.gz: ";
    assert!(stderr.contains(error), "{stderr}");
}

#[test]
fn a_workspace_that_is_not_in_a_repository_is_an_error() {
    let root = repository("without-git");
    fs::remove_dir_all(root.join(".git")).unwrap();
    let (code, stdout, stderr) = pack(&root, &[]);

    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("not a git repository"), "{stderr}");
}
