//! Runs the scheduler on virtual time, against one host.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::time::Duration;

use fastrand::Rng;
use step7_bounded_retry::engine::Settings;
use step7_bounded_retry::engine::scheduler::{Report, Scheduler, Step, Why};

use crate::hosts::{Answer, Host};

/// What a request takes.
const QUICK: Duration = Duration::from_millis(2);

#[derive(Debug, Default)]
pub struct Summary {
    pub ok: usize,
    /// How many of the others ended, for which reason.
    pub ended: BTreeMap<&'static str, usize>,
    pub requests: usize,
    pub seconds: f64,
}

pub fn run(settings: Settings, mut host: Host, pages: u32, seed: u64) -> Summary {
    let mut scheduler = Scheduler::new(settings, Rng::with_seed(seed));
    let mut random = Rng::with_seed(seed + 1000);
    let mut now = Duration::ZERO;
    for page in 0..pages {
        scheduler.push("http://a.test", page, 0, now);
    }
    let mut running = HashMap::new();
    let mut ends = BinaryHeap::new();
    let mut summary = Summary::default();
    let mut count = |page: u32, why: Why, report: Option<Report>, ended: &mut Vec<u32>| {
        ended.push(page);
        if report == Some(Report::Success) {
            summary.ok += 1;
            return;
        }
        let reason = match why {
            Why::Reported => "failed",
            Why::BudgetSpent => "budget",
            Why::Deadline => "deadline",
            Why::RetryAfter(_) => "retry_after",
            Why::HostDown => "host_down",
            Why::Cancelled => "cancelled",
        };
        *summary.ended.entry(reason).or_default() += 1;
    };
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
                count(end.item, end.why, None, &mut ended);
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
                count(end.item, end.why, Some(report), &mut ended);
            }
        }
    }
    assert!(scheduler.is_empty());
    ended.sort_unstable();
    assert!(ended.into_iter().eq(0..pages), "each page ends once");
    summary.requests = requests;
    summary.seconds = now.as_secs_f64();
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
