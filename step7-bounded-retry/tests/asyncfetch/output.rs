//! Saved bodies, text output and the summary.

use std::fs;
use std::path::Path;
#[cfg(unix)]
use std::process::{Command, Stdio};

#[cfg(unix)]
use crate::program::NO_ROOTS;
use crate::program::{asyncfetch, ndjson, run};
use crate::server::Server;

/// The names of the files in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut names: Vec<_> = entries
        .map(|entry| {
            assert!(entry.file_type().unwrap().is_file());
            entry.file_name().into_string().unwrap()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_body_is_saved_whole_under_a_name_that_cannot_leave_the_folder() {
    let server = Server::start();
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("a/b");
    let long = "x".repeat(1000);
    let paths = [
        "/",
        "/page.html",
        "/..%2f..%2fup",
        r"/..\..\up",
        r"/a%5c..%5cup:CON?q=/up#/up",
        "/../../..",
        "/end...",
        "/é",
        &format!("/{long}"),
    ];
    let run = run(ndjson(paths.map(|path| server.url(path)))
        .arg("--output")
        .arg(&folder));

    assert_eq!(run.code, Some(0), "{run:?}");
    let names = names(&folder);
    let expected = [
        "00000000-127.0.0.1".to_owned(),
        "00000001-127.0.0.1-page.html".to_owned(),
        "00000002-127.0.0.1-..%2f..%2fup".to_owned(),
        "00000003-127.0.0.1-up".to_owned(),
        "00000004-127.0.0.1-a%5c..%5cup_CON".to_owned(),
        "00000005-127.0.0.1".to_owned(),
        "00000006-127.0.0.1-end".to_owned(),
        "00000007-127.0.0.1-%C3%A9".to_owned(),
        format!("00000008-127.0.0.1-{}", &long[..131]),
    ];
    assert_eq!(names, expected);
    for name in names {
        assert_eq!(fs::read(folder.join(name)).unwrap(), b"hello");
    }
    assert_eq!(fs::read_dir(above.path()).unwrap().count(), 1);
}

#[test]
fn an_incomplete_body_leaves_no_file() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let paths = ["/short", "/missing", "/large", "/stall-within", "/bomb"];
    let run = run(ndjson(paths.map(|path| server.url(path)))
        .args([
            "--max-body",
            "50KB",
            "--timeout",
            "50ms",
            "--max-attempts",
            "1",
        ])
        .arg("--output")
        .arg(folder.path()));

    assert_eq!(run.objects().len(), paths.len(), "{run:?}");
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn a_body_that_cannot_be_saved_is_of_kind_output_and_not_fetched_again() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("00000000-127.0.0.1-good");
    fs::create_dir(&taken).unwrap();
    let run = run(ndjson([server.url("/good")])
        .arg("--output")
        .arg(folder.path()));

    assert_eq!((run.code, run.kinds()), (Some(1), vec!["output".into()]));
    assert_eq!(run.objects()[0]["attempts"], 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn bodies_wait_while_there_are_too_many_open_files() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    let command = "ulimit -n 24; exec \"$0\" --format ndjson --per-host 40 --output \"$@\"";
    shell.args(["-c", command, env!("CARGO_BIN_EXE_asyncfetch")]);
    shell
        .arg(folder.path())
        .args((0..40).map(|page| server.url(&format!("/{page}"))));
    shell
        .envs(NO_ROOTS)
        .env("NO_PROXY", "*")
        .stdin(Stdio::null());
    let run = run(shell.stdout(Stdio::piped()).stderr(Stdio::piped()));
    assert_eq!(run.kinds(), ["ok"; 40], "{run:?}");
    assert!(run.err.contains("warning: Too many open files"), "{run:?}");
}

#[test]
fn text_has_one_line_for_each_url_and_the_summary_is_on_standard_error() {
    let server = Server::start();
    let urls = [server.url("/good"), server.url("/missing")];
    let run = run(asyncfetch().args(&urls).arg("http://\u{1B}[31m"));

    assert_eq!(run.out.lines().count(), 3, "{run:?}");
    assert!(!run.out.contains('\u{1B}'), "{run:?}");
    assert!(run.out.contains(r"http://\u{1b}[31m"), "{run:?}");
    let missing = run.out.lines().find(|line| line.contains(&urls[1]));
    let missing = missing.unwrap();
    assert!(missing.starts_with("✗ 404 1×") && missing.ends_with("answered 404 Not Found"));
    assert!(run.err.contains("ok 1, status 1, invalid_url 1"), "{run:?}");
    for word in ["total 3 in", "/s", "retries 0", "p50", "p90", "p99"] {
        assert!(run.err.contains(word), "{run:?}");
    }
}
