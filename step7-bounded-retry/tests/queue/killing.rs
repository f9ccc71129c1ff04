//! Workers that are killed, and a server that is.

use std::env;
use std::thread;
use std::time::{Duration, Instant};

use crate::hosts::{Hosts, OK};
use crate::program::{LIMIT, Run, add, results, start, status, until, worker};
use crate::redis;

/// Every line has one outcome, and no host had more requests at a time than it may.
fn assert_complete(run: &Run, hosts: &Hosts, lines: usize) {
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(run.objects().len(), lines);
    assert!(hosts.peak() <= 4, "{} requests at a time", hosts.peak());
}

#[test]
fn a_killed_worker_loses_no_line_and_no_line_has_two_outcomes() {
    let Some(mut redis) = redis::start() else {
        return;
    };
    let hosts = Hosts::start(20, OK, Duration::from_millis(5));
    let killed = worker(&redis);
    until(|| redis.owners().len() == 64);
    let other = worker(&redis);
    let name = |id: u32| move |(_, owner): &(u32, String)| owner.contains(&format!("-{id}-"));
    until(|| {
        redis
            .owners()
            .iter()
            .filter(|owner| name(other.id())(owner))
            .count()
            == 32
    });
    add(&redis, &hosts.urls(1000));

    until(|| hosts.requests() > 100);
    let owners = redis.owners();
    let (_, owner) = owners
        .iter()
        .find(|owner| name(killed.id())(owner))
        .unwrap();
    drop(killed);
    redis.end_leases(owner);
    until(|| hosts.requests() > 500);
    redis.kill();
    redis.start_again();

    assert_complete(&results(&redis), &hosts, 1000);
    assert_eq!(status(&redis, "with an outcome"), 1000);
    other.interrupt();
    assert_eq!(other.end().code, Some(130));
}

#[test]
fn an_outcome_of_a_worker_that_is_not_the_owner_any_more_is_written_once() {
    let Some(redis) = redis::start() else { return };
    let hosts = Hosts::start(4, OK, Duration::from_millis(50));
    add(&redis, &hosts.urls(100));
    let first = worker(&redis);
    until(|| hosts.requests() > 0);
    let owner = redis.owners()[0].1.clone();
    // The first one does not notice before its next renewal.
    redis.end_leases(&owner);
    let second = worker(&redis);
    assert_eq!(results(&redis).objects().len(), 100);
    // `results` would pass over a second one.
    assert_eq!(status(&redis, "with an outcome"), 100);
    drop((first, second));
}

#[test]
fn a_line_whose_outcome_the_server_has_lost_is_fetched_again() {
    let Some(redis) = redis::start() else { return };
    let hosts = Hosts::start(1, OK, Duration::ZERO);
    let url = hosts.urls(1);
    let _worker = worker(&redis);
    add(&redis, &url);
    until(|| status(&redis, "with an outcome") == 1);
    // What a restart without the last second leaves behind.
    let keys = (0..64).map(|partition| format!("{{asyncfetch:{partition}}}:lines"));
    let key = keys
        .into_iter()
        .find(|key| redis.run(&["EXISTS", key]) == "1");
    let key = key.unwrap();
    redis.run(&["XSETID", &key, "0-0"]);
    redis.run(&["XADD", &key, "1-0", "line", url.trim()]);

    until(|| status(&redis, "with an outcome") == 2);
    let run = results(&redis);
    assert_eq!((run.code, run.objects().len()), (Some(0), 1), "{run:?}");
}

/// Four workers; one is killed each second, and started again. The server is restarted once.
#[test]
fn workers_that_are_killed_again_and_again_finish_the_list() {
    if env::var_os("LONG_TESTS").is_none() {
        return;
    }
    let Some(mut redis) = redis::start() else {
        return;
    };
    let hosts = Hosts::start(200, OK, Duration::from_millis(200));
    add(&redis, &hosts.urls(20_000));
    let mut workers: Vec<_> = (0..4)
        .map(|_| start(&redis, "work", &["--concurrency", "128"]))
        .collect();
    let mut killed = 0;
    let limit = Instant::now() + LIMIT;
    while status(&redis, "without an outcome") > 0 {
        assert!(Instant::now() < limit, "it takes too long");
        // The time of the workers' leases is the server's, which no test can pause.
        thread::sleep(Duration::from_secs(1));
        if killed == 5 {
            redis.kill();
            redis.start_again();
        }
        let one = killed % workers.len();
        workers[one] = start(&redis, "work", &["--concurrency", "128"]);
        killed += 1;
    }
    println!(
        "{killed} workers were killed; {} requests",
        hosts.requests()
    );
    assert!(killed > 5);
    assert_complete(&results(&redis), &hosts, 20_000);
    assert_eq!(status(&redis, "with an outcome"), 20_000);
    for worker in workers {
        let run = worker.end();
        assert_eq!(run.code, Some(0), "{run:?}");
    }
}
