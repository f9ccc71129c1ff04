//! `cargo xtask pack`, with a small workspace that has one dependency.
//!
//! The dependency is one of ours, so that its source is here and no network is needed.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use support::outcome;

const ROOT: &str = "\
[workspace]
resolver = \"3\"
members = [\"xtask\"]
";
const MANIFEST: &str = "\
[package]
name = \"xtask\"
edition = \"2024\"

[dependencies]
fastrand = \"2\"
";
const CONFIG: &str = "[alias]\nxtask = \"run --package xtask --\"\n";
/// What stands for the lessons: it needs its dependency and the loopback.
const PROGRAM: &str = r#"
use std::net::{TcpListener, TcpStream};

fn main() {
    assert_eq!(std::env::args().nth(1).as_deref(), Some("run"));
    let port = fastrand::u16(0..1);
    let server = TcpListener::bind(("127.0.0.1", port)).unwrap();
    TcpStream::connect(server.local_addr().unwrap()).unwrap();
    println!("the lessons ran");
}
"#;

fn workspace(name: &str, program: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    for (path, text) in [
        ("Cargo.toml", ROOT),
        ("README.md", "# Read me\n"),
        (".cargo/config.toml", CONFIG),
        ("xtask/Cargo.toml", MANIFEST),
        ("xtask/src/main.rs", program),
        ("target/old", "not to be packed"),
    ] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut lock = Command::new(env!("CARGO"));
    lock.args(["generate-lockfile", "--offline"])
        .current_dir(&root);
    assert!(lock.status().unwrap().success());
    root
}

fn pack(root: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("pack")
            .args(arguments)
            .current_dir(root)
            .env("CARGO_TARGET_DIR", root.join("target"))
            .env("CARGO_NET_OFFLINE", "true")
            // The workspace may lie in another one's folder, and in its repository.
            .env("GIT_CEILING_DIRECTORIES", root.parent().unwrap()),
    )
}

/// The files of the archive, and what is in them.
fn unpacked(archive: &Path) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(archive).unwrap()));
    let files = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        (name, String::from_utf8_lossy(&content).into_owned())
    });
    files.collect()
}

#[test]
fn the_archive_has_the_workspace_and_the_source_of_its_dependency_and_says_where() {
    let root = workspace("packed", PROGRAM);
    let (code, stdout, stderr) = pack(&root, &[]);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(
        stdout.contains(": 6 files of the workspace, and 1 crate\n"),
        "{stdout}"
    );

    let files = unpacked(&root.join("target/lessons.tar.gz"));
    let has = |name: &str| files.contains_key(name);
    assert!(
        has("lessons/README.md") && has("lessons/Cargo.lock"),
        "{files:?}"
    );
    assert!(has("lessons/vendor/fastrand/src/lib.rs"));
    assert!(!files.keys().any(|name| name.starts_with("lessons/target")));
    let config = &files["lessons/.cargo/config.toml"];
    assert!(config.starts_with(CONFIG), "{config}");
    assert!(config.contains("directory = \"vendor\""), "{config}");
}

#[test]
fn the_same_workspace_gives_the_same_bytes() {
    let root = workspace("packed-twice", PROGRAM);
    let bytes = ["one.tar.gz", "two.tar.gz"].map(|name| {
        let (code, _, stderr) = pack(&root, &["--output", &format!("target/{name}")]);
        assert_eq!(code, Some(0), "{stderr}");
        fs::read(root.join("target").join(name)).unwrap()
    });
    assert!(bytes[0] == bytes[1]);
}

#[test]
fn the_check_runs_what_was_unpacked_and_says_how() {
    let root = workspace("checked", PROGRAM);
    let (code, stdout, stderr) = pack(&root, &["--check"]);

    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let ran = stdout.find("\nthe lessons ran\n").expect("they ran");
    let works = stdout.find("\nThe archive works: `cargo xtask run` is green in ");
    assert!(works.is_some_and(|works| ran < works), "{stdout}");
    let namespace = "in a network namespace that has only its loopback\n";
    let offline = "with CARGO_NET_OFFLINE alone: this machine makes no network namespace (";
    assert!(
        stdout.contains(namespace) || stdout.contains(offline),
        "{stdout}"
    );
}

#[test]
fn an_archive_whose_lessons_fail_does_not_work() {
    let root = workspace(
        "checked-and-failed",
        "fn main() { std::process::exit(1); }\n",
    );
    let (code, stdout, stderr) = pack(&root, &["--check"]);

    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("\nThe archive does not work: "), "{stdout}");
}

#[test]
fn what_was_unpacked_can_be_packed_again() {
    let root = workspace("packed-again", PROGRAM);
    pack(&root, &[]);
    let first = unpacked(&root.join("target/lessons.tar.gz"));
    for (name, content) in &first {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let (code, _, stderr) = pack(&root.join("lessons"), &[]);

    assert_eq!(code, Some(0), "{stderr}");
    let second = unpacked(&root.join("lessons/target/lessons.tar.gz"));
    // A few files that cargo makes itself, it makes anew or leaves out.
    let by_cargo =
        |name: &&String| name.contains("/.cargo-checksum") || name.contains("/.cargo_vcs");
    let names = |files: &BTreeMap<String, String>| {
        let names = files.keys().filter(|name| !by_cargo(name));
        names.cloned().collect::<Vec<_>>()
    };
    assert_eq!(names(&first), names(&second));
    let config = "lessons/.cargo/config.toml";
    assert_eq!(first[config], second[config]);
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let root = workspace("nowhere", PROGRAM);
    let (code, stdout, stderr) = pack(&root, &["--output", "Cargo.toml/a.tar.gz"]);

    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(
        stderr.contains("error: cannot write Cargo.toml/a.tar.gz: "),
        "{stderr}"
    );
}
