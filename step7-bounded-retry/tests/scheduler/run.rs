//! Runs the scheduler on virtual time, against a host.

use std::collections::VecDeque;
use std::time::Duration;

use fastrand::Rng;
use step7_bounded_retry::engine::Settings;
use step7_bounded_retry::engine::scheduler::{Report, Scheduler, Step};

use crate::hosts::{Answer, Host};

const HOST: &str = "http://host.test";
/// What a request takes.
const QUICK: Duration = Duration::from_millis(2);

/// A rule that a run does without. There is no switch in the scheduler: it gets other reports, hosts or
/// settings, or gets pages later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    Nothing,
    /// Each page has a host of its own.
    CommonHost,
    /// A failure of the host is one of the page.
    Pauses,
    /// There is no Retry-After.
    RetryAfter,
    /// A success is reported as another final answer, which gives no tokens back.
    Refunds,
    /// A page that was never tried is only handed in when no retry is due.
    Turns,
    /// The host is never given up.
    Patience,
}

#[derive(Debug)]
pub struct Summary {
    pub ok: u32,
    pub requests: u32,
}

pub fn run(
    mut settings: Settings,
    mut host: Host,
    pages: u32,
    seed: u64,
    without: Without,
) -> Summary {
    if without == Without::Patience {
        settings.host_patience = Duration::MAX;
    }
    let mut scheduler = Scheduler::new(settings, Rng::with_seed(seed));
    let mut random = Rng::with_seed(seed + 1000);
    let mut now = Duration::ZERO;
    let mut fresh = 0..pages;
    // All requests take the same time, so they end in the order in which they began.
    let mut running = VecDeque::new();
    let mut ended = vec![false; pages as usize];
    let (mut ok, mut requests) = (0, 0);
    loop {
        let count = match without {
            Without::Turns if scheduler.statuses().all(|(_, host)| host.waiting == 0) => 1,
            Without::Turns => 0,
            _ => pages as usize,
        };
        for page in fresh.by_ref().take(count) {
            if without == Without::CommonHost {
                scheduler.push(&format!("http://{page}.test"), page, 0, now);
            } else {
                scheduler.push(HOST, page, 0, now);
            }
        }
        let wake = match scheduler.next(now) {
            Step::Start(attempt) => {
                let answer = host(now, &mut random, attempt.item);
                requests += 1;
                running.push_back((now + QUICK, attempt, answer));
                continue;
            }
            Step::End(end) => {
                end_once(&mut ended, end.item);
                continue;
            }
            Step::Wait(until) => until,
        };
        let next_end = running.front().map(|&(time, ..)| time);
        let Some(next) = wake.into_iter().chain(next_end).min() else {
            break;
        };
        now = next;
        if next_end == Some(now) {
            let (_, attempt, answer) = running.pop_front().unwrap();
            if let Some(end) = scheduler.ended(attempt, report(answer, without), now) {
                end_once(&mut ended, end.item);
                ok += u32::from(answer == Answer::Ok);
            }
        }
    }
    assert!(scheduler.is_empty());
    assert!(ended.into_iter().all(|ended| ended), "each page ends");
    Summary { ok, requests }
}

fn end_once(ended: &mut [bool], page: u32) {
    let ended = &mut ended[page as usize];
    assert!(!*ended, "page {page} ends twice");
    *ended = true;
}

fn report(answer: Answer, without: Without) -> Report {
    match answer {
        Answer::Ok if without == Without::Refunds => Report::Failed,
        Answer::Ok => Report::Success,
        Answer::Status(429 | 503, _) | Answer::NoConnection if without == Without::Pauses => {
            Report::Retriable
        }
        Answer::Status(429 | 503, retry_after) => Report::Host {
            connected: true,
            retry_after: retry_after
                .filter(|_| without != Without::RetryAfter)
                .map(Duration::from_secs),
        },
        Answer::Status(..) => Report::Retriable,
        Answer::NoConnection => Report::Host {
            connected: false,
            retry_after: None,
        },
    }
}
