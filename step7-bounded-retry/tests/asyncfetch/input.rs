//! How lines are read, and from where.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::program::{ndjson, run, run_with, start};
use crate::server::Server;

const NONE: [&str; 0] = [];

#[test]
fn lines_are_trimmed_and_empty_lines_and_comments_are_not_counted() {
    let server = Server::start();
    let (a, b) = (server.url("/a"), server.url("/b"));
    let input = format!("# first\n\n  {a}\t\r\n \n   # second\n\u{FEFF}{b}");
    let run = run_with(&mut ndjson(NONE), input.as_bytes());

    assert_eq!(run.code, Some(0), "{run:?}");
    let objects = run.objects();
    let urls: Vec<_> = objects.iter().map(|object| &object["url"]).collect();
    assert_eq!(urls, [&*a, &*b]);
}

#[test]
fn arguments_come_before_the_file_and_standard_input_is_not_read() {
    let server = Server::start();
    let alone = run_with(&mut ndjson([server.url("/argument")]), b"nonsense");
    assert_eq!(alone.kinds(), ["ok"]);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("urls");
    fs::write(&file, format!("#\n{}\n", server.url("/file"))).unwrap();

    let mut program = ndjson(["--input".as_ref(), file.as_os_str()]);
    program.args([server.url("/argument"), "# passed over".to_owned()]);
    let run = run_with(&mut program, b"nonsense");

    let objects = run.objects();
    let urls: Vec<_> = objects.iter().map(|object| &object["url"]).collect();
    assert_eq!(urls, [&*server.url("/argument"), &*server.url("/file")]);
}

#[test]
fn nothing_to_fetch_is_a_success() {
    let run = run_with(&mut ndjson(NONE), b"# nothing\n\n");

    assert_eq!((run.code, &*run.out), (Some(0), ""), "{run:?}");
}

#[test]
fn an_outcome_is_printed_while_the_input_is_open() {
    let server = Server::start();
    let mut running = start(ndjson(NONE).stdin(Stdio::piped()));
    let mut input = running.stdin.take().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    for path in ["/1", "/2", "/3"] {
        let url = server.url(path);
        writeln!(input, "{url}").unwrap();
        assert!(lines.next().unwrap().unwrap().contains(&url));
    }
    drop(input);

    assert_eq!(running.wait().code, Some(0));
}

#[test]
fn a_line_that_is_not_text_or_too_long_is_an_invalid_url() {
    let server = Server::start();
    let good = server.url("/good");
    let long = format!("{}{}junk", server.url("/"), " ".repeat(70_000));
    let blank = " ".repeat(70_000);
    let endless = format!("{}{}", server.url("/"), "x".repeat(3_000_000));
    let comment = format!("\u{FEFF}#{}", "#".repeat(70_000));
    let mut input =
        format!("{comment}\n{blank}\n{blank}{good}{blank}\n{long}\n{endless}\n{good}").into_bytes();
    input.extend_from_slice(b"\xFF\n");
    input.extend_from_slice(good.as_bytes());
    let run = run_with(&mut ndjson(NONE), &input);

    let kinds = ["ok", "invalid_url", "invalid_url", "invalid_url", "ok"];
    assert_eq!(run.kinds(), kinds);
    let objects = run.objects();
    assert_eq!(objects[0]["url"], *good);
    assert_eq!(objects[3]["url"], format!("{good}\u{FFFD}"));
    assert!(run.out.len() < 200_000, "the long lines are not cut");
}

#[test]
fn an_unreadable_input_is_reported_before_anything_is_fetched() {
    let folder = tempfile::tempdir().unwrap();
    for unreadable in [folder.path().join("none"), folder.path().to_owned()] {
        let mut program = ndjson(["nonsense", "--input"]);
        let run = run(program.arg(&unreadable));

        assert_eq!((run.code, &*run.out), (Some(2), ""), "{run:?}");
        assert!(run.err.contains(unreadable.to_str().unwrap()), "{run:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_text_is_an_invalid_url() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let run = run(ndjson(NONE).arg(OsStr::from_bytes(b"http://a.test/\xFF")));
    assert_eq!(run.kinds(), ["invalid_url"], "{run:?}");
    assert_eq!(run.objects()[0]["url"], "http://a.test/\u{FFFD}");
}

#[cfg(unix)]
#[test]
fn unreadable_standard_input_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let unreadable = fs::File::open(folder.path()).unwrap();
    let run = run(ndjson(NONE).stdin(unreadable));

    assert_eq!((run.code, &*run.out), (Some(2), ""), "{run:?}");
    assert!(run.err.contains("input"), "{run:?}");
}
