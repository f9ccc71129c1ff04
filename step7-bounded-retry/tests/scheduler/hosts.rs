//! Sixteen kinds of host. The rules of the scheduler were chosen on them.

use std::collections::HashSet;
use std::time::Duration;

use fastrand::Rng;
use step7_bounded_retry::engine::Settings;

use crate::run::{Summary, run};

/// What a host answers to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Ok,
    Status(u16, Option<u64>),
    NoConnection,
}

/// What a host answers to a request for a page at a time.
pub type Host = Box<dyn FnMut(Duration, &mut Rng, u32) -> Answer>;

const BUSY: Answer = Answer::Status(503, None);
const FOR_EVER: f64 = 1e9;

/// Allows so many requests in each second.
fn rate(allowed: u32, retry_after: u64) -> Host {
    let (mut second, mut seen) = (u64::MAX, 0);
    Box::new(move |now, _, _| {
        if now.as_secs() != second {
            (second, seen) = (now.as_secs(), 0);
        }
        seen += 1;
        if seen <= allowed {
            Answer::Ok
        } else {
            Answer::Status(429, Some(retry_after))
        }
    })
}

/// Answers like this for so many seconds, and is well from then on.
fn outage(seconds: f64, answer: Answer) -> Host {
    Box::new(move |now, _, _| {
        if now.as_secs_f64() < seconds {
            answer
        } else {
            Answer::Ok
        }
    })
}

/// This share of all requests is refused.
fn flaky(share: f64) -> Host {
    Box::new(move |_, random, _| {
        if random.f64() < share {
            BUSY
        } else {
            Answer::Ok
        }
    })
}

/// Each page is refused the first time.
fn each_once() -> Host {
    let mut seen = HashSet::new();
    Box::new(move |_, _, page| if seen.insert(page) { BUSY } else { Answer::Ok })
}

/// Every so-many-th page is always refused.
fn bad_pages(every: u32, answer: Answer) -> Host {
    Box::new(move |_, _, page| {
        if page % every == 0 {
            answer
        } else {
            Answer::Ok
        }
    })
}

/// A kind of host, and what is fetched from it.
#[derive(Clone, Copy)]
pub struct Kind {
    pub name: &'static str,
    pub host: fn() -> Host,
    pub pages: u32,
    pub max_attempts: u32,
}

const fn kind(name: &'static str, host: fn() -> Host, pages: u32) -> Kind {
    Kind {
        name,
        host,
        pages,
        max_attempts: 3,
    }
}

const fn five_attempts(kind: Kind) -> Kind {
    Kind {
        max_attempts: 5,
        ..kind
    }
}

pub const KINDS: [Kind; 16] = [
    kind(
        "20 a second, else 429 with Retry-After: 1",
        || rate(20, 1),
        200,
    ),
    kind("503 for 2 s", || outage(2.0, BUSY), 400),
    kind(
        "no connection for 2 s",
        || outage(2.0, Answer::NoConnection),
        400,
    ),
    kind("503 for 30 s", || outage(30.0, BUSY), 400),
    kind(
        "503 with Retry-After: 5 for 20 s",
        || outage(20.0, Answer::Status(503, Some(5))),
        400,
    ),
    kind("10 % random 503", || flaky(0.1), 1000),
    five_attempts(kind("30 % random 503, five attempts", || flaky(0.3), 1000)),
    five_attempts(kind("50 % random 503, five attempts", || flaky(0.5), 1000)),
    kind("each URL refused once", each_once, 13),
    kind("each URL refused once", each_once, 200),
    kind("every tenth page always 503", || bad_pages(10, BUSY), 1000),
    kind("every other page always 503", || bad_pages(2, BUSY), 1000),
    kind("503 for ever", || bad_pages(1, BUSY), 1000),
    kind(
        "500 for ever",
        || bad_pages(1, Answer::Status(500, None)),
        1000,
    ),
    kind(
        "no connection for ever",
        || outage(FOR_EVER, Answer::NoConnection),
        1000,
    ),
    kind(
        "429 with Retry-After: 3600",
        || outage(FOR_EVER, Answer::Status(429, Some(3600))),
        500,
    ),
];

/// How many pages are fetched, with how many requests.
#[derive(Clone, Copy, Debug)]
pub struct Mean {
    pub fetched: f64,
    pub requests: f64,
}

impl Mean {
    pub fn of(runs: &[Summary]) -> Self {
        let mean = |of: fn(&Summary) -> u32| {
            let total: u32 = runs.iter().map(of).sum();
            f64::from(total) / f64::from(u32::try_from(runs.len()).unwrap())
        };
        Self {
            fetched: mean(|run| run.ok),
            requests: mean(|run| run.requests),
        }
    }
}

impl Kind {
    /// Runs with the seeds 0, 1, 2 and so on.
    ///
    /// With `apart`, each page has a host of its own, as far as the scheduler knows: its rules for a host
    /// are then rules for a page.
    pub fn runs(&self, count: u64, apart: bool) -> Vec<Summary> {
        let mut settings = Settings::default();
        settings.retry.max_attempts = self.max_attempts.try_into().unwrap();
        (0..count)
            .map(|seed| run(settings, (self.host)(), self.pages, seed, apart))
            .collect()
    }
}
