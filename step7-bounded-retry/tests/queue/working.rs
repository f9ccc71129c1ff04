//! Workers that come and go.

use std::time::Duration;

use crate::hosts::{Hosts, NEVER, OK, PAUSE};
use crate::program::{add, results, start, status, until, worker};
use crate::redis;

#[test]
fn every_line_has_one_object_with_its_worker() {
    let Some(redis) = redis::start() else { return };
    let hosts = Hosts::start(2, OK, Duration::ZERO);
    let nothing = start(&redis, "work", &[]).end();
    assert_eq!(
        (nothing.code, &*nothing.err),
        (Some(0), "nothing to fetch\n")
    );

    add(&redis, &(hosts.urls(9) + "nonsense\n"));
    let folder = tempfile::tempdir().unwrap();
    let output = ["--output", folder.path().to_str().unwrap()];
    let worked = start(&redis, "work", &output).end();
    assert_eq!((worked.code, &*worked.out), (Some(1), ""), "{worked:?}");
    assert!(worked.err.contains("ok 9, invalid_url 1"), "{worked:?}");

    let run = start(&redis, "results", &[]).end();
    assert_eq!((run.code, &*run.err), (Some(1), ""), "{run:?}");
    let objects = run.objects();
    assert_eq!(objects.len(), 10);
    for object in &objects {
        let is_ok = object["ok"] == true;
        assert_eq!(object["file"].is_string(), is_ok, "{object}");
        assert!(
            object["worker"]
                .as_str()
                .is_some_and(|name| !name.is_empty())
        );
        if let Some(file) = object["file"].as_str() {
            let index = object["index"].as_u64().unwrap();
            assert!(file.starts_with(&format!("{index:08}-")), "{object}");
            assert!(folder.path().join(file).exists());
        }
    }
}

#[test]
fn workers_share_the_partitions_as_they_come_and_go() {
    let Some(redis) = redis::start() else { return };
    let shares = |expected: &[usize]| {
        until(|| {
            let owners = redis.owners();
            let mut shares = Vec::new();
            for (_, owner) in &owners {
                let share = owners.iter().filter(|(_, other)| other == owner).count();
                shares.push((owner.clone(), share));
            }
            shares.sort();
            shares.dedup();
            shares
                .iter()
                .map(|(_, share)| *share)
                .eq(expected.iter().copied())
        });
    };
    let first = worker(&redis);
    shares(&[64]);
    let second = worker(&redis);
    shares(&[32, 32]);
    first.interrupt();
    assert_eq!(first.end().code, Some(130));
    shares(&[64]);
    drop(second);
}

#[test]
fn a_line_in_hand_goes_back_untouched_when_its_worker_is_interrupted() {
    let Some(redis) = redis::start() else { return };
    let hosts = Hosts::start(3, OK, NEVER);
    add(&redis, &hosts.urls(20));
    let worker = worker(&redis);
    until(|| hosts.requests() == 12);
    worker.interrupt();
    let run = worker.end();
    assert_eq!((run.code, &*run.err), (Some(130), "nothing to fetch\n"));
    assert_eq!(redis.owners(), []);
    assert_eq!(status(&redis, "without an outcome"), 20);
    assert_eq!(status(&redis, "workers"), 0);
}

#[test]
fn a_retry_after_outlives_its_worker() {
    let Some(redis) = redis::start() else { return };
    let busy = Hosts::start(1, PAUSE, Duration::ZERO);
    add(&redis, &busy.urls(1));
    let is_paused = || {
        let pauses =
            (0..64).map(|one| redis.run(&["PTTL", &format!("{{asyncfetch:{one}}}:pause")]));
        pauses
            .filter(|pause| pause.parse().is_ok_and(|pause: u32| pause > 20_000))
            .count()
            == 1
    };
    let first = worker(&redis);
    until(is_paused);
    first.interrupt();
    assert_eq!(first.end().code, Some(130));
    assert!(is_paused());
    assert_eq!(status(&redis, "without an outcome"), 1);

    let _second = worker(&redis);
    until(|| redis.owners().len() == 64);
    // Lines of other hosts are fetched, unless they fall to the same partition. This one is not.
    let quiet = Hosts::start(16, OK, Duration::ZERO);
    add(&redis, &(busy.urls(1) + &quiet.urls(16)));
    until(|| status(&redis, "with an outcome") >= 8);
    assert_eq!(busy.requests(), 1);
}

#[test]
fn a_new_owner_waits_for_the_host_interval() {
    let Some(redis) = redis::start() else { return };
    let hosts = Hosts::start(100, OK, Duration::ZERO);
    add(&redis, &hosts.urls(100));
    let slow = start(&redis, "work", &["--host-interval", "1h"]);
    until(|| redis.owners().len() == 64);
    // It gets a part of them, later, and without an interval.
    let _other = worker(&redis);
    until(|| status(&redis, "with an outcome") > 0);
    slow.interrupt();
    let slow = slow.end();
    assert!(slow.err.contains("nothing to fetch"), "{slow:?}");
}

#[test]
fn results_wait_for_the_lines_that_have_no_outcome_yet() {
    let Some(redis) = redis::start() else { return };
    let hosts = Hosts::start(2, OK, Duration::ZERO);
    let following = start(&redis, "results", &["--follow"]);
    add(&redis, &hosts.urls(4));
    let mut waiting = start(&redis, "results", &[]);
    waiting.wait_for("no worker is running: waiting");
    let worked = start(&redis, "work", &[]).end();
    assert_eq!(worked.code, Some(0), "{worked:?}");
    for run in [following.end(), waiting.end(), results(&redis)] {
        assert_eq!((run.code, run.objects().len()), (Some(0), 4), "{run:?}");
    }
}
