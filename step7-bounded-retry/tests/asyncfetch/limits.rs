//! Each option has the effect that it names.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::program::{asyncfetch, ndjson, run};
use crate::server::{Server, request};

/// Answers each request with `response`.
fn server(response: &'static str) -> Server {
    Server::with(move |mut stream| {
        if request(&stream).is_some() {
            let _ = stream.write_all(response.as_bytes());
        }
    })
}

/// The most requests at a time for four URLs. The server answers once three requests have arrived, or
/// no third one arrives for a while.
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
    let urls = (0..4).map(|page| server.url(&format!("/{page}")));
    let run = run(ndjson(urls).args(options));
    assert_eq!(run.code, Some(0), "{run:?}");
    let (_, most) = *counts.0.lock().unwrap();
    most
}

#[test]
fn concurrency_and_per_host_limit_the_concurrent_requests() {
    assert_eq!(most_at_a_time(["--concurrency", "2", "--per-host", "9"]), 2);
    assert_eq!(most_at_a_time(["--concurrency", "9", "--per-host", "2"]), 2);
}

#[test]
fn no_backoff_exceeds_max_delay_and_without_jitter_none_is_shorter() {
    let server = server("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n");
    let run = run(asyncfetch()
        .args(["--format", "ndjson", "--deadline", "60s"])
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
        (&"status".into(), &3.into())
    );
    assert!(outcome["elapsed_ms"].as_u64() >= Some(2 * 20), "{outcome}");
}

#[test]
fn a_retry_after_above_max_retry_after_is_not_obeyed() {
    let server = server("HTTP/1.1 503 Busy\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n");
    let run = run(ndjson([server.url("/")]).args(["--max-retry-after", "1s"]));

    assert_eq!(run.kinds(), ["retry_after"]);
}
