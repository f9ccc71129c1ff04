//! A server that is not there, refuses, is full, or belongs to another program.

use std::env;
use std::io::Write;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use crate::hosts::{Hosts, OK};
use crate::program::{add, results, start, start_at, status, until, worker};
use crate::redis;

#[test]
fn a_server_that_cannot_be_used_is_named_and_its_password_is_not() {
    let Some(locked) = redis::start_with(Some("right")) else {
        return;
    };
    let other_program = TcpListener::bind("127.0.0.1:0").unwrap();
    let other_port = other_program.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in other_program.incoming().map_while(Result::ok) {
            let _ = (&stream).write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let port = locked.port;
    for (address, message) in [
        (
            format!("redis://:secret@127.0.0.1:{port}/"),
            "Password authentication failed",
        ),
        (
            format!("redis://secret:secret@127.0.0.1:{port}/"),
            "Password authentication failed",
        ),
        (
            format!("redis://127.0.0.1:{port}/"),
            "NOAUTH Authentication required",
        ),
        (
            format!("redis://:right@127.0.0.1:{port}/99"),
            "refused to switch database",
        ),
        (
            format!("redis://:secret@127.0.0.1:{other_port}/"),
            "is not a Redis or Valkey server",
        ),
        (
            "redis://:secret@127.0.0.1:1/secret".to_owned(),
            "must be an address such as redis://",
        ),
        (
            "https://:secret@127.0.0.1/".to_owned(),
            "must be an address such as redis://",
        ),
        ("secret".to_owned(), "must be an address such as redis://"),
    ] {
        for command in ["add", "work", "results", "status"] {
            let run = start_at(&address, command, &[]).end();
            assert_eq!(
                (run.code, &*run.out),
                (Some(2), ""),
                "{command} {address}: {run:?}"
            );
            assert!(run.err.contains(message), "{command} {address}: {run:?}");
            assert!(!run.err.contains("secret"), "{run:?}");
        }
    }
    for command in ["redis://:secret@127.0.0.1/", "status"] {
        let run = start_at(
            "redis://:secret@127.0.0.1/",
            command,
            &["redis://a:secret@b/"],
        )
        .end();
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(
            run.err.contains("***@") && !run.err.contains("secret"),
            "{run:?}"
        );
    }
}

#[test]
fn a_queue_of_another_version_or_program_is_left_alone() {
    let Some(redis) = redis::start() else { return };
    add(&redis, "line");
    let meta = redis.run(&["GET", "asyncfetch:meta"]);
    let other = meta.replace(r#""layout":2"#, r#""layout":3"#);
    assert_ne!(other, meta);
    for (foreign, message) in [
        (["SET", "asyncfetch:meta", &*other], "another version"),
        (
            ["SET", "asyncfetch:meta", "hello"],
            "another version of asyncfetch, or by another program",
        ),
        (["SADD", "asyncfetch:meta", "hello"], "WRONGTYPE"),
    ] {
        redis.run(&["DEL", "asyncfetch:meta"]);
        redis.run(&foreign);
        for command in ["add", "work", "results", "status"] {
            let run = start(&redis, command, &[]).end_with("line");
            assert_eq!((run.code, &*run.out), (Some(2), ""), "{command}: {run:?}");
            assert!(run.err.contains(message), "{command}: {run:?}");
        }
    }
}

#[test]
fn a_server_that_is_full_or_a_replica_is_waited_for_and_nothing_is_lost() {
    let Some(redis) = redis::start() else { return };
    let hosts = Hosts::start(5, OK, Duration::ZERO);
    let full = ["CONFIG", "SET", "maxmemory", "1"];
    let replica = ["REPLICAOF", "127.0.0.1", "1"];
    let not_full = ["CONFIG", "SET", "maxmemory", "0"];
    let no_replica = ["REPLICAOF", "NO", "ONE"];
    for (number, bad, good, message) in [
        (1, &full[..], &not_full[..], "OOM command not allowed"),
        (
            2,
            &replica[..],
            &no_replica[..],
            "READONLY You can't write against a read only replica",
        ),
    ] {
        redis.run(bad);
        let mut adding = start(&redis, "add", &[]);
        adding.write(&hosts.urls(100 * number));
        adding.wait_for(message);
        redis.run(good);
        assert_eq!(adding.end().code, Some(0));
        assert_eq!(status(&redis, "lines added"), 100 * number);

        redis.run(bad);
        let mut working = start(&redis, "work", &[]);
        working.wait_for(message);
        redis.run(good);
        assert_eq!(working.end().code, Some(0));
        assert_eq!(results(&redis).objects().len(), 100 * number);
    }
}

#[test]
fn a_server_that_is_restarted_is_waited_for() {
    let Some(mut redis) = redis::start() else {
        return;
    };
    let hosts = Hosts::start(5, OK, Duration::ZERO);
    let mut worker = worker(&redis);
    until(|| redis.owners().len() == 64);
    redis.kill();
    worker.wait_for("trying again");
    let mut early = start(&redis, "add", &[]);
    early.wait_for("Connection refused");
    redis.start_again();
    early.write(&hosts.urls(100));
    assert_eq!(early.end().code, Some(0));
    worker.wait_for("answers again");
    assert_eq!(results(&redis).objects().len(), 100);
}

#[test]
fn a_server_that_never_was_there_is_given_up() {
    if env::var_os("LONG_TESTS").is_none() {
        return;
    }
    let run = start_at("redis://127.0.0.1:1/", "work", &[]).end();
    assert_eq!((run.code, &*run.out), (Some(2), ""), "{run:?}");
    assert!(
        run.err.contains("127.0.0.1:1: Connection refused"),
        "{run:?}"
    );
}

#[test]
fn a_worker_that_cannot_renew_its_leases_stops_before_they_end() {
    if env::var_os("LONG_TESTS").is_none() {
        return;
    }
    let Some(mut redis) = redis::start() else {
        return;
    };
    let hosts = Hosts::start(1, OK, Duration::from_millis(100));
    add(&redis, &hosts.urls(1000));
    let _worker = worker(&redis);
    until(|| hosts.requests() > 10);
    redis.kill();
    // Some attempts go on until the worker cannot be sure any more, and none after that. The worker is a
    // process, whose clock no test can pause.
    thread::sleep(Duration::from_secs(5));
    let requests = hosts.requests();
    thread::sleep(Duration::from_secs(1));
    assert_eq!(hosts.requests(), requests);
}
