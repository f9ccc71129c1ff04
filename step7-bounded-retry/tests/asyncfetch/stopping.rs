//! Signals, and a reader that goes.
#![cfg(unix)]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::output::names;
use crate::program::{kind, ndjson};
use crate::server::Server;

fn send(signal: &str, running: &Child) {
    let kill = format!("kill -s {signal} {}", running.id());
    let mut shell = Command::new("sh");
    let sent = shell.args(["-c", &kill]).stderr(Stdio::null());
    sent.status().unwrap();
}

#[test]
fn when_it_is_stopped_every_url_taken_in_has_its_object_and_no_part_of_a_body_is_left() {
    let server = Server::start();
    for signal in ["INT", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let mut program = ndjson(["--per-host", "8", "--output"]);
        let mut running = program
            .arg(folder.path())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        // The input stays open, and must not keep the program.
        let mut input = running.stdin.take().unwrap();
        for path in ["/stall", "/stall-within", "/stall", "/good"] {
            writeln!(input, "{}", server.url(path)).unwrap();
        }
        let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        // It was the last of the lines, so they have all been taken in.
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
        assert_eq!(running.wait().unwrap().code(), Some(130));
        assert_eq!(names(folder.path()), ["00000003-127.0.0.1-good"]);
    }
}

#[test]
fn when_it_is_stopped_twice_it_leaves_at_once_although_nobody_reads_its_lines() {
    // Six times as long in JSON, and so more than a pipe holds.
    let line = format!("nonsense{}", "\u{1}".repeat(60_000));
    let mut running = ndjson([line]).spawn().unwrap();
    let mut out = running.stdout.take().unwrap();
    out.read_exact(&mut [0]).unwrap();
    for _ in 0..1000 {
        send("INT", &running);
        if let Some(ended) = running.try_wait().unwrap() {
            assert_eq!(ended.code(), Some(130));
            return;
        }
    }
    running.kill().unwrap();
    panic!("it did not leave");
}

#[test]
fn when_nobody_reads_its_lines_any_more_it_ends_quietly() {
    let mut running = ndjson([""; 0]).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = running.stdin.take().unwrap();
    writeln!(input, "nonsense").unwrap();
    let mut out = BufReader::new(running.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    drop(out);
    // As long as it takes lines, it goes on.
    let refused = (0..100_000).find_map(|_| writeln!(input, "nonsense").err());
    let refused = refused.expect("it ends");
    assert_eq!(refused.kind(), ErrorKind::BrokenPipe);

    let ended = running.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
}
