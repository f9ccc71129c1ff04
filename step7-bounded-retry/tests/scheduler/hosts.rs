//! Hosts of many kinds, as in the simulation by which the rules were chosen.

use std::collections::HashSet;
use std::time::Duration;

use fastrand::Rng;

/// What a host answers to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Ok,
    Status(u16, Option<u64>),
    NoConnection,
}

/// What a host answers to a request for a page at a time.
pub type Host = Box<dyn FnMut(Duration, &mut Rng, u32) -> Answer>;

pub const BUSY: Answer = Answer::Status(503, None);
pub const FOR_EVER: f64 = 1e9;

/// Allows so many requests in each second.
pub fn rate(allowed: u32, retry_after: u64) -> Host {
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
pub fn outage(seconds: f64, answer: Answer) -> Host {
    Box::new(move |now, _, _| {
        if now.as_secs_f64() < seconds {
            answer
        } else {
            Answer::Ok
        }
    })
}

/// This share of all requests is refused.
pub fn flaky(share: f64) -> Host {
    Box::new(move |_, random, _| {
        if random.f64() < share {
            BUSY
        } else {
            Answer::Ok
        }
    })
}

/// Each page is refused the first time.
pub fn each_once() -> Host {
    let mut seen = HashSet::new();
    Box::new(move |_, _, page| if seen.insert(page) { BUSY } else { Answer::Ok })
}

/// Every so-many-th page is always refused.
pub fn bad_pages(every: u32, answer: Answer) -> Host {
    Box::new(move |_, _, page| {
        if page % every == 0 {
            answer
        } else {
            Answer::Ok
        }
    })
}
