//! Sixteen kinds of host. The rules of the scheduler were chosen on them.

use std::collections::HashSet;
use std::time::Duration;

use fastrand::Rng;
use step7_bounded_retry::engine::Settings;

use crate::run::{Summary, Without, run};

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
    /// What the simulation with which the rules were chosen does with it.
    pub simulation: Totals,
}

const fn kind(name: &'static str, host: fn() -> Host, pages: u32, simulation: Totals) -> Kind {
    Kind {
        name,
        host,
        pages,
        max_attempts: 3,
        simulation,
    }
}

const fn five_attempts(kind: Kind) -> Kind {
    Kind {
        max_attempts: 5,
        ..kind
    }
}

/// The simulation is a program in Python, whose random numbers are not these. Its totals are those of its
/// seeds 0 to 9,999.
pub const SIMULATED: u32 = 10_000;

pub const KINDS: [Kind; 16] = [
    kind(
        "20 a second, else 429 with Retry-After: 1",
        || rate(20, 1),
        200,
        totals(200.00, 200, 235.96, 236),
    ),
    kind(
        "503 for 2 s",
        || outage(2.0, BUSY),
        400,
        totals(400.00, 400, 406.02, 407),
    ),
    kind(
        "no connection for 2 s",
        || outage(2.0, Answer::NoConnection),
        400,
        totals(400.00, 400, 406.02, 407),
    ),
    kind(
        "503 for 30 s",
        || outage(30.0, BUSY),
        400,
        totals(400.00, 400, 414.01, 416),
    ),
    kind(
        "503 with Retry-After: 5 for 20 s",
        || outage(20.0, Answer::Status(503, Some(5))),
        400,
        totals(400.00, 400, 407.00, 407),
    ),
    kind(
        "10 % random 503",
        || flaky(0.1),
        1000,
        totals(999.01, 993, 1_109.92, 1_147),
    ),
    five_attempts(kind(
        "30 % random 503, five attempts",
        || flaky(0.3),
        1000,
        totals(998.26, 991, 1_425.76, 1_524),
    )),
    five_attempts(kind(
        "50 % random 503, five attempts",
        || flaky(0.5),
        1000,
        totals(846.72, 147, 1_693.20, 1_800),
    )),
    kind(
        "each URL refused once",
        each_once,
        13,
        totals(13.00, 13, 26.00, 26),
    ),
    kind(
        "each URL refused once",
        each_once,
        200,
        totals(200.00, 200, 400.00, 400),
    ),
    kind(
        "every tenth page always 503",
        || bad_pages(10, BUSY),
        1000,
        totals(900.00, 900, 1_301.99, 1_443),
    ),
    kind(
        "every other page always 503",
        || bad_pages(2, BUSY),
        1000,
        totals(500.00, 500, 1_616.30, 1_821),
    ),
    kind(
        "503 for ever",
        || bad_pages(1, BUSY),
        1000,
        totals(0.00, 0, 36.00, 36),
    ),
    kind(
        "500 for ever",
        || bad_pages(1, Answer::Status(500, None)),
        1000,
        totals(0.00, 0, 1_100.00, 1_100),
    ),
    kind(
        "no connection for ever",
        || outage(FOR_EVER, Answer::NoConnection),
        1000,
        totals(0.00, 0, 12.10, 13),
    ),
    kind(
        "429 with Retry-After: 3600",
        || outage(FOR_EVER, Answer::Status(429, Some(3600))),
        500,
        totals(0.00, 0, 4.00, 4),
    ),
];

/// The rules, and a kind of host that shows what each of them is worth.
pub const RULES: [(&str, Without, usize); 7] = [
    ("a host is the unit", Without::CommonHost, 1),
    ("pauses", Without::Pauses, 1),
    ("Retry-After", Without::RetryAfter, 15),
    // Answers of 500 are no failures of the host, so that each page has its own tokens, and no more.
    ("tokens", Without::CommonHost, 13),
    ("refunds", Without::Refunds, 6),
    ("turns in trouble", Without::Turns, 10),
    ("patience", Without::Patience, 14),
];

/// How many pages are fetched, with how many requests.
#[derive(Clone, Copy, Debug)]
pub struct Totals {
    pub mean_fetched: f64,
    pub fewest_fetched: u32,
    pub mean_requests: f64,
    pub most_requests: u32,
}

const fn totals(
    mean_fetched: f64,
    fewest_fetched: u32,
    mean_requests: f64,
    most_requests: u32,
) -> Totals {
    Totals {
        mean_fetched,
        fewest_fetched,
        mean_requests,
        most_requests,
    }
}

impl Totals {
    pub fn of(runs: &[Summary]) -> Self {
        let fetched = runs.iter().map(|run| run.ok);
        let requests = runs.iter().map(|run| run.requests);
        let count = u32::try_from(runs.len()).unwrap();
        let mean = |total: u32| f64::from(total) / f64::from(count);
        Self {
            mean_fetched: mean(fetched.clone().sum()),
            fewest_fetched: fetched.min().unwrap(),
            mean_requests: mean(requests.clone().sum()),
            most_requests: requests.max().unwrap(),
        }
    }
}

impl Kind {
    /// Runs with the seeds 0, 1, 2 and so on.
    pub fn runs(&self, count: u32, without: Without) -> Vec<Summary> {
        let mut settings = Settings::default();
        settings.retry.max_attempts = self.max_attempts.try_into().unwrap();
        (0..count.into())
            .map(|seed| run(settings, (self.host)(), self.pages, seed, without))
            .collect()
    }
}
