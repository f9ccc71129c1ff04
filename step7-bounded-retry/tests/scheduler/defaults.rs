//! What a run with the default settings fetches, on virtual time.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use step7_bounded_retry::RetryPolicy;
use step7_bounded_retry::engine::scheduler::{Report, Scheduler, Step};
use step7_bounded_retry::engine::{Jitter, Settings};

use crate::hosts::KINDS;
use crate::run::Without;

const SECOND: Duration = Duration::from_secs(1);
const NO_CONNECTION: Report = Report::Host {
    connected: false,
    retry_after: None,
};

/// What became of the URLs of a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Host {
    fetched: u32,
    attempts: u32,
    /// When the last of them ended.
    last: Duration,
}

/// Fetches a list of URLs, each given by the number of its host. An attempt takes so long, and ends like
/// this.
fn fetch(
    list: impl Iterator<Item = usize>,
    attempt: impl Fn(usize) -> (Duration, Report),
) -> [Host; 10] {
    let mut scheduler = Scheduler::new(Settings::default(), Rng::with_seed(7));
    let mut list = list.peekable();
    let mut hosts = [Host::default(); 10];
    let mut running = BTreeMap::new();
    let (mut now, mut begun) = (Duration::ZERO, 0);
    loop {
        while let Some(host) = list.next_if(|_| scheduler.has_room()) {
            scheduler.push(&format!("http://{host}.test"), host, 100, now);
        }
        let wake = match scheduler.next(now) {
            Step::Start(started) => {
                let (time, report) = attempt(started.item);
                begun += 1;
                running.insert((now + time, begun), (started, report));
                continue;
            }
            Step::End(ended) => {
                hosts[ended.item].last = now;
                hosts[ended.item].attempts += ended.attempts;
                continue;
            }
            Step::Wait(until) => until,
        };
        let next_end = running.first_key_value().map(|(&(time, _), _)| time);
        let Some(next) = wake.into_iter().chain(next_end).min() else {
            return hosts;
        };
        now = next;
        if next_end == Some(now) {
            let (_, (ended, report)) = running.pop_first().unwrap();
            if let Some(ended) = scheduler.ended(ended, report, now) {
                let host = &mut hosts[ended.item];
                host.fetched += u32::from(report == Report::Success);
                host.attempts += ended.attempts;
                host.last = now;
            }
        }
    }
}

#[test]
fn the_defaults_are_those_of_the_documentation() {
    let documented = Settings {
        max_concurrency: 64.try_into().unwrap(),
        max_per_host: 4.try_into().unwrap(),
        host_interval: Duration::ZERO,
        host_patience: SECOND * 60,
        max_waiting: 2 << 20,
        max_kept_hosts: usize::MAX,
        retry: RetryPolicy {
            max_attempts: 3.try_into().unwrap(),
            base_delay: SECOND / 2,
            multiplier: 2.0,
        },
        max_delay: SECOND * 30,
        jitter: Jitter::Full,
        max_retry_after: SECOND * 60,
        stall_timeout: SECOND * 30,
        deadline: SECOND * 120,
    };
    assert_eq!(Settings::default(), documented);
}

#[test]
fn urls_that_wait_longer_than_the_deadline_for_their_first_attempt_are_fetched() {
    let [host, ..] = fetch((0..1_000).map(|_| 0), |_| (SECOND, Report::Success));
    assert_eq!((host.fetched, host.attempts), (1_000, 1_000));
    assert_eq!(host.last, SECOND * 250);
}

#[test]
fn a_host_with_a_rate_limit_an_outage_or_random_refusals_loses_hardly_any_url() {
    // The kinds of host, the fewest URLs fetched, and the most requests.
    for (kind, fewest, most) in [(0, 200, 239), (1, 399, 450), (2, 399, 450), (6, 970, 1_600)] {
        let kind = &KINDS[kind];
        for run in kind.runs(5, Without::Nothing) {
            let is_expected = run.ok >= fewest && run.requests <= most;
            assert!(is_expected, "{}: {run:?}", kind.name);
        }
    }
}

#[test]
fn a_host_that_is_down_gets_few_attempts_and_does_not_delay_the_others() {
    const DOWN: usize = 3;
    let list = || (0..10_000).map(|index| index % 10);
    let others = fetch(list().filter(|&host| host != DOWN), |_| {
        (SECOND / 10, Report::Success)
    });
    // It refuses, or it does not answer.
    for time in [SECOND / 1000, SECOND * 30] {
        let mut hosts = fetch(list(), |host| {
            if host == DOWN {
                (time, NO_CONNECTION)
            } else {
                (SECOND / 10, Report::Success)
            }
        });
        let down = hosts[DOWN];
        assert!(down.fetched == 0 && down.attempts <= 50, "{down:?}");
        hosts[DOWN] = Host::default();
        assert_eq!(hosts, others);
    }
}

#[test]
fn in_a_list_sorted_by_host_a_slow_host_at_its_head_does_not_delay_the_others() {
    const SLOW: usize = 0;
    let list = || (0..10_000).map(|index| index / 1_000);
    let attempt = |host| {
        let time = if host == SLOW { SECOND } else { SECOND / 20 };
        (time, Report::Success)
    };
    let mut hosts = fetch(list(), attempt);
    let others = fetch(list().filter(|&host| host != SLOW), attempt);
    assert_eq!(hosts[SLOW].fetched, 1_000);
    hosts[SLOW] = Host::default();
    assert_eq!(hosts, others);
}
