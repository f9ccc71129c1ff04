//! Signals, and a standard output that is closed.
#![cfg(unix)]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::output::names;
use crate::program::{NO_ROOTS, Running, kind, ndjson, start, with_roots};
use crate::server::Server;

fn send(signal: &str, running: &Running) {
    let kill = format!("kill -s {signal} {}", running.id);
    let mut shell = Command::new("sh");
    let sent = shell.args(["-c", &kill]).stderr(Stdio::null());
    sent.status().unwrap();
}

#[test]
fn an_interrupted_run_reports_every_accepted_url_and_leaves_no_part_file() {
    let server = Server::start();
    for signal in ["INT", "TERM", "HUP"] {
        let folder = tempfile::tempdir().unwrap();
        let mut program = ndjson(["--per-host", "8", "--output"]);
        let mut running = start(program.arg(folder.path()).stdin(Stdio::piped()));
        // The input stays open, and must not keep the program from ending.
        let mut input = running.stdin.take().unwrap();
        for path in ["/stall", "/stall-within", "/stall", "/good"] {
            writeln!(input, "{}", server.url(path)).unwrap();
        }
        let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        // It is the last of the URLs, so all of them have been accepted.
        assert!(first.contains(r#""index":3,"#), "{first}");
        send(signal, &running);

        let objects = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
        let mut cancelled: Vec<_> = objects
            .map(|object| (object["index"].as_u64().unwrap(), kind(&object)))
            .collect();
        cancelled.sort();
        assert_eq!(
            cancelled,
            [0, 1, 2].map(|index| (index, "cancelled".to_owned()))
        );
        assert_eq!(running.wait().code, Some(130));
        assert_eq!(names(folder.path()), ["00000003-127.0.0.1-good"]);
    }
}

#[test]
fn a_second_interrupt_exits_at_once_even_if_standard_output_blocks() {
    // In JSON it is six times as long, which is more than a pipe holds.
    let line = format!("nonsense{}", "\u{1}".repeat(60_000));
    let mut running = start(&mut ndjson([line]));
    let mut out = running.stdout.take().unwrap();
    out.read_exact(&mut [0]).unwrap();
    while !running.has_ended() {
        send("INT", &running);
    }
    assert_eq!(running.wait().code, Some(130));
}

#[test]
fn a_closed_standard_output_ends_the_run_quietly() {
    let mut running = start(with_roots(&mut ndjson([""; 0])).stdin(Stdio::piped()));
    let mut input = running.stdin.take().unwrap();
    writeln!(input, "nonsense").unwrap();
    let mut out = BufReader::new(running.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    drop(out);
    // It reads lines until it notices that its output is closed.
    let refused = (0..100_000).find_map(|_| writeln!(input, "nonsense").err());
    let refused = refused.expect("the program ends");
    assert_eq!(refused.kind(), ErrorKind::BrokenPipe);

    let ended = running.wait();
    assert_eq!((ended.code, &*ended.err), (Some(1), ""));
}

#[test]
fn a_run_that_ignores_hangups_outlives_one() {
    let server = Server::start();
    let mut shell = Command::new("sh");
    let command = "trap '' HUP; exec \"$0\" --format ndjson";
    shell.args(["-c", command, env!("CARGO_BIN_EXE_asyncfetch")]);
    shell
        .envs(NO_ROOTS)
        .env("NO_PROXY", "*")
        .stderr(Stdio::piped());
    let mut running = start(shell.stdin(Stdio::piped()).stdout(Stdio::piped()));
    let mut input = running.stdin.take().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    for _ in 0..2 {
        writeln!(input, "{}", server.url("/good")).unwrap();
        let line = lines.next().unwrap().unwrap();
        assert!(line.contains(r#""ok":true"#), "{line}");
        send("HUP", &running);
    }
    drop(input);
    assert_eq!(running.wait().code, Some(0));
}

#[test]
fn a_standard_output_that_was_closed_at_the_start_is_an_error() {
    for (redirection, code) in [(">&-", 1), (">/dev/null", 0), ("0<>/dev/null 1>&0", 0)] {
        let server = Server::start();
        let mut shell = Command::new("sh");
        let command = format!("\"$0\" \"$1\" {redirection}");
        shell.args([
            "-c",
            &command,
            env!("CARGO_BIN_EXE_asyncfetch"),
            &server.url("/good"),
        ]);
        shell
            .envs(NO_ROOTS)
            .env("NO_PROXY", "*")
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        let run = start(&mut shell).wait();
        assert_eq!(run.code, Some(code), "{redirection}: {run:?}");
        let error = "error: cannot write to standard output: it is closed\n";
        assert_eq!(run.err == error, code == 1, "{run:?}");
    }
}

#[test]
fn streams_that_do_not_block_lose_no_line() {
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    theirs.set_nonblocking(true).unwrap();
    let mut program = ndjson([""; 0]);
    program.stdin(OwnedFd::from(theirs.try_clone().unwrap()));
    program.stdout(OwnedFd::from(theirs));
    let running = start(&mut program);
    // It holds the other end too.
    drop(program);
    let mut lines = BufReader::new(ours.try_clone().unwrap()).lines();
    // In JSON the last one is six times as long, which is more than a socket holds.
    for line in ["a", "b", "c", "d", &"\u{1}".repeat(60_000)] {
        writeln!(ours, "{line}").unwrap();
        let outcome = lines.next().expect("no line is lost").unwrap();
        assert!(outcome.ends_with('}'), "{outcome}");
    }
    ours.shutdown(Shutdown::Write).unwrap();
    assert_eq!(running.wait().code, Some(1));
}

#[test]
fn a_body_above_the_limit_of_file_sizes_is_of_kind_output_and_leaves_no_part_file() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    // In blocks of 512 bytes, or of 1,024.
    let command = "ulimit -f 8; exec \"$0\" --format ndjson --output \"$1\" \"$2\"";
    shell.args(["-c", command, env!("CARGO_BIN_EXE_asyncfetch")]);
    shell.arg(folder.path()).arg(server.url("/large"));
    shell
        .envs(NO_ROOTS)
        .env("NO_PROXY", "*")
        .stdin(Stdio::null());
    let run = start(shell.stdout(Stdio::piped()).stderr(Stdio::piped())).wait();
    assert_eq!(run.kinds(), ["output"], "{run:?}");
    assert_eq!(names(folder.path()), [""; 0]);
}
