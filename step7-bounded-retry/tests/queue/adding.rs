//! What is added, and once.

use std::time::Duration;

use crate::hosts::{Hosts, OK};
use crate::program::{add, results, start, status, until, worker};
use crate::redis;

/// These are no URLs, so no server is needed for them.
fn lines(numbers: std::ops::Range<usize>) -> String {
    let lines: Vec<_> = numbers.map(|number| format!("line-{number}\n")).collect();
    lines.concat()
}

#[test]
fn the_same_input_after_an_interruption_adds_only_what_is_missing() {
    let Some(redis) = redis::start() else { return };
    let all = lines(0..5000);
    let mut interrupted = start(&redis, "add", &["--max-queued", "3000"]);
    interrupted.write(&all);
    interrupted.wait_for("3000 lines have no outcome: waiting");
    interrupted.interrupt();
    assert_eq!(interrupted.end().code, Some(130));
    assert_eq!(status(&redis, "without an outcome"), 3000);

    let other = start(&redis, "add", &[]).end_with(&lines(1..10));
    assert_eq!(other.code, Some(2), "{other:?}");
    assert!(
        other.err.contains("interrupted after 3000 lines"),
        "{other:?}"
    );

    // It may be interrupted at any point, also between two writes.
    for _ in 0..5 {
        let mut killed = start(&redis, "add", &[]);
        killed.write(&lines(0..4000));
        until(|| redis.run(&["STRLEN", "asyncfetch:meta"]) != "0");
        drop(killed);
    }
    add(&redis, &all);
    assert_eq!(status(&redis, "lines added"), 5000);
    assert_eq!(status(&redis, "without an outcome"), 5000);
}

#[test]
fn lines_that_were_counted_and_not_sent_are_sent_when_the_input_comes_again() {
    let Some(redis) = redis::start() else { return };
    add(&redis, &lines(0..10));
    // What a kill between the two leaves behind.
    let meta = redis.run(&["GET", "asyncfetch:meta"]);
    let interrupted = meta.replace(r#""ended":true"#, r#""ended":false"#);
    assert_ne!(interrupted, meta);
    redis.run(&["FLUSHDB"]);
    redis.run(&["SET", "asyncfetch:meta", &interrupted]);

    add(&redis, &lines(0..12));
    assert_eq!(status(&redis, "without an outcome"), 12);
    assert_eq!(status(&redis, "lines added"), 12);
}

#[test]
fn an_input_that_has_grown_adds_its_new_lines_and_another_one_all() {
    let Some(redis) = redis::start() else { return };
    let mut total = 0;
    for (input, new) in [
        (lines(0..0), 0),
        (lines(0..1500), 1500),
        (lines(0..1500), 0),
        (lines(0..0), 0),
        (lines(0..1600), 100),
        (lines(1..1200), 1199),
        (lines(1..3), 2),
        (lines(1..1200), 1197),
    ] {
        add(&redis, &input);
        total += new;
        assert_eq!(status(&redis, "lines added"), total);
        assert_eq!(status(&redis, "without an outcome"), total);
    }
    add(&redis, &lines(0..1500));
    let changed = lines(0..1400) + &lines(1401..1600);
    let refused = start(&redis, "add", &[]).end_with(&changed);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.err.contains("differs within its 1500 lines"),
        "{refused:?}"
    );
}

#[test]
fn adding_waits_while_as_many_lines_are_queued_as_may_be() {
    let Some(redis) = redis::start() else { return };
    let hosts = Hosts::start(3, OK, Duration::ZERO);
    let mut adding = start(&redis, "add", &["--max-queued", "10"]);
    adding.write(&hosts.urls(30));
    adding.wait_for("10 lines have no outcome: waiting");
    assert_eq!(status(&redis, "lines added"), 10);
    assert_eq!(status(&redis, "without an outcome"), 10);

    let full = ["--name", "full", "--max-queued", "2000"];
    let run = start(&redis, "add", &full).end_with(&lines(0..2000));
    assert_eq!(run.code, Some(0), "{run:?}");

    let _worker = worker(&redis);
    let added = adding.end();
    assert_eq!(added.code, Some(0), "{added:?}");
    assert_eq!(results(&redis).objects().len(), 30);
}

#[test]
fn names_are_checked_and_lines_are_data() {
    let Some(redis) = redis::start() else { return };
    for name in ["", "a{b", "a b", "a:b", "a*", &"x".repeat(65)] {
        let run = start(&redis, "status", &["--name", name]).end();
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.err.contains("--name"), "{run:?}");
    }
    let other = ["--name", "Other_queue-2.0"];
    let lines = [
        "'); redis.call('FLUSHALL') --",
        "{asyncfetch:0}:lines",
        "\"\\\u{1}\u{2028}é",
    ];
    let run = start(&redis, "add", &other).end_with(&lines.join("\n"));
    assert_eq!(run.code, Some(0), "{run:?}");
    add(&redis, "one");
    let run = start(&redis, "work", &other).end();
    assert_eq!(run.code, Some(1), "{run:?}");
    let run = start(&redis, "results", &other).end();
    assert_eq!(run.code, Some(1), "{run:?}");
    let objects = run.objects();
    let urls: Vec<_> = objects.iter().map(|object| &object["url"]).collect();
    assert_eq!(urls, lines);
    assert_eq!(status(&redis, "without an outcome"), 1);
}
