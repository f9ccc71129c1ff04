//! The options are those of the engine: each has the effect that it names.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::program::{asyncfetch, ndjson, run};
use crate::server::{Server, request};

/// Answers each request with this, once it has been read.
fn server(response: &'static str) -> Server {
    Server::with(move |mut stream| {
        if request(&stream).is_some() {
            let _ = stream.write_all(response.as_bytes());
        }
    })
}

/// The most requests at a time for twenty URLs, when no answer comes before three are there, or no
/// third one seems to come.
fn most_at_a_time(options: [&str; 4]) -> usize {
    let counts = Arc::new((Mutex::new((0, 0)), Condvar::new()));
    let server = Server::with({
        let counts = Arc::clone(&counts);
        move |mut stream| {
            if request(&stream).is_none() {
                return;
            }
            let (counts, another) = &*counts;
            let mut at_a_time = counts.lock().unwrap();
            at_a_time.0 += 1;
            at_a_time.1 = at_a_time.0.max(at_a_time.1);
            another.notify_all();
            let patience = Duration::from_millis(20);
            let few = |(now, _): &mut (usize, usize)| *now < 3;
            let (mut at_a_time, _) = another
                .wait_timeout_while(at_a_time, patience, few)
                .unwrap();
            at_a_time.0 -= 1;
            drop(at_a_time);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let urls = (0..20).map(|page| server.url(&format!("/{page}")));
    let run = run(ndjson(urls).args(options));
    assert_eq!(run.code, Some(0), "{run:?}");
    let (_, most) = *counts.0.lock().unwrap();
    most
}

#[test]
fn there_are_no_more_requests_at_a_time_than_asked_for_in_all_and_to_one_host() {
    assert_eq!(most_at_a_time(["--concurrency", "2", "--per-host", "9"]), 2);
    assert_eq!(most_at_a_time(["--concurrency", "9", "--per-host", "2"]), 2);
}

#[test]
fn no_delay_is_longer_than_asked_for_and_without_jitter_none_is_shorter() {
    let server = server("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n");
    let run = run(asyncfetch()
        .args([
            "--format",
            "ndjson",
            "--deadline",
            "10s",
            "--max-attempts",
            "5",
        ])
        .args([
            "--base-delay",
            "1h",
            "--max-delay",
            "20ms",
            "--jitter",
            "none",
        ])
        .arg(server.url("/")));

    let [outcome] = &run.objects()[..] else {
        panic!("{run:?}");
    };
    assert_eq!(
        (&outcome["error"]["kind"], &outcome["attempts"]),
        (&"status".into(), &5.into())
    );
    assert!(outcome["elapsed_ms"].as_u64() >= Some(4 * 20), "{outcome}");
}

#[test]
fn no_retry_after_is_obeyed_that_is_longer_than_asked_for() {
    let server = server("HTTP/1.1 503 Busy\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n");
    let run = run(ndjson([server.url("/")]).args(["--max-retry-after", "1s"]));

    assert_eq!(run.kinds(), ["retry_after"]);
}
