//! Runs the scheduler on virtual time, against a host.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use fastrand::Rng;
use step7_bounded_retry::engine::Settings;
use step7_bounded_retry::engine::scheduler::{Report, Scheduler, Step};

use crate::hosts::{Answer, Host};

/// What a request takes.
const QUICK: Duration = Duration::from_millis(2);

#[derive(Debug, Default)]
pub struct Summary {
    pub ok: u32,
    pub requests: u32,
}

/// With `apart`, each page has a host of its own.
pub fn run(settings: Settings, mut host: Host, pages: u32, seed: u64, apart: bool) -> Summary {
    let mut scheduler = Scheduler::new(settings, Rng::with_seed(seed));
    let mut random = Rng::with_seed(seed + 1000);
    let mut now = Duration::ZERO;
    for page in 0..pages {
        let host = if apart { page } else { 0 };
        scheduler.push(&format!("http://{host}.test"), page, 0, now);
    }
    let mut running = HashMap::new();
    let mut ends = BinaryHeap::new();
    let mut summary = Summary::default();
    let mut ended = Vec::new();
    let mut requests = 0;
    loop {
        let wake = match scheduler.next(now) {
            Step::Start(attempt) => {
                let answer = host(now, &mut random, attempt.item);
                requests += 1;
                running.insert(requests, (attempt, report(answer)));
                ends.push(Reverse((now + QUICK, requests)));
                continue;
            }
            Step::End(end) => {
                ended.push(end.item);
                continue;
            }
            Step::Wait(until) => until,
        };
        let next_end = ends.peek().map(|&Reverse((time, _))| time);
        let Some(next) = wake.into_iter().chain(next_end).min() else {
            break;
        };
        now = next;
        if next_end == Some(now) {
            let Reverse((_, number)) = ends.pop().unwrap();
            let (attempt, report) = running.remove(&number).unwrap();
            if let Some(end) = scheduler.ended(attempt, report, now) {
                ended.push(end.item);
                summary.ok += u32::from(report == Report::Success);
            }
        }
    }
    assert!(scheduler.is_empty());
    ended.sort_unstable();
    assert!(ended.into_iter().eq(0..pages), "each page ends once");
    summary.requests = requests;
    summary
}

fn report(answer: Answer) -> Report {
    match answer {
        Answer::Ok => Report::Success,
        Answer::Status(429 | 503, retry_after) => Report::Host {
            connected: true,
            retry_after: retry_after.map(Duration::from_secs),
        },
        Answer::Status(..) => Report::Retriable,
        Answer::NoConnection => Report::Host {
            connected: false,
            retry_after: None,
        },
    }
}
