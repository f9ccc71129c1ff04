//! Sixteen kinds of host, on virtual time: how many URLs are lost, and how many requests are sent.

use step7_bounded_retry::engine::Settings;

use crate::hosts::{Answer, BUSY, FOR_EVER, Host, bad_pages, each_once, flaky, outage, rate};
use crate::run::{Summary, run};

/// A kind of host, its pages, the attempts of each, and how many must be fetched with how many requests.
type Row = (&'static str, fn() -> Host, u32, u32, usize, usize);

const ROWS: [Row; 16] = [
    (
        "20 requests a second, else 429 with Retry-After: 1",
        || rate(20, 1),
        200,
        3,
        200,
        236,
    ),
    ("503 for 2 s", || outage(2.0, BUSY), 400, 3, 400, 407),
    (
        "no connection for 2 s",
        || outage(2.0, Answer::NoConnection),
        400,
        3,
        400,
        407,
    ),
    ("503 for 30 s", || outage(30.0, BUSY), 400, 3, 400, 414),
    (
        "503 with Retry-After: 5, for 20 s",
        || outage(20.0, Answer::Status(503, Some(5))),
        400,
        3,
        400,
        407,
    ),
    ("10 % random 503", || flaky(0.1), 1000, 3, 998, 1132),
    (
        "30 % random 503, five attempts",
        || flaky(0.3),
        1000,
        5,
        998,
        1440,
    ),
    (
        "50 % random 503, five attempts",
        || flaky(0.5),
        1000,
        5,
        823,
        1714,
    ),
    ("each URL refused once (13)", each_once, 13, 3, 13, 26),
    ("each URL refused once (200)", each_once, 200, 3, 200, 400),
    (
        "every tenth page always 503",
        || bad_pages(10, BUSY),
        1000,
        3,
        900,
        1321,
    ),
    (
        "every other page always 503",
        || bad_pages(2, BUSY),
        1000,
        3,
        500,
        1708,
    ),
    ("503 for ever", || bad_pages(1, BUSY), 1000, 3, 0, 36),
    (
        "500 for ever",
        || bad_pages(1, Answer::Status(500, None)),
        1000,
        3,
        0,
        1100,
    ),
    (
        "no connection for ever",
        || outage(FOR_EVER, Answer::NoConnection),
        1000,
        3,
        0,
        13,
    ),
    (
        "429 with Retry-After: 3600",
        || outage(FOR_EVER, Answer::Status(429, Some(3600))),
        500,
        3,
        0,
        4,
    ),
];

/// The table is of the worst of five runs. Where a host is random, so is a run, and the mean of many is held
/// against it.
const SEEDS: u64 = 20;

fn runs(host: fn() -> Host, pages: u32, max_attempts: u32) -> Vec<Summary> {
    let mut settings = Settings::default();
    settings.retry.max_attempts = max_attempts.try_into().unwrap();
    (0..SEEDS)
        .map(|seed| run(settings, host(), pages, seed))
        .collect()
}

fn mean(values: impl Iterator<Item = usize>) -> f64 {
    f64::from(u32::try_from(values.sum::<usize>()).unwrap()) / 20.0
}

#[test]
fn no_kind_of_host_loses_more_urls_or_gets_more_requests_than_this_table() {
    println!("| kind of host | fetched | requests | seconds | the others |");
    println!("|---|---|---|---|---|");
    let mut worse = Vec::new();
    for (name, host, pages, max_attempts, ok, requests) in ROWS {
        let runs = runs(host, pages, max_attempts);
        let fetched = mean(runs.iter().map(|run| run.ok));
        let sent = mean(runs.iter().map(|run| run.requests));
        let longest = runs.iter().map(|run| run.seconds).fold(0.0, f64::max);
        let others: Vec<_> = runs[0]
            .ended
            .iter()
            .map(|(why, count)| format!("{why} {count}"))
            .collect();
        let others = others.join(", ");
        println!("| {name} | {fetched:.0} of {pages} | {sent:.0} | {longest:.0} | {others} |");
        #[expect(clippy::cast_precision_loss, reason = "they are small")]
        let (least, most) = (ok as f64, requests as f64 + 0.5);
        if fetched < least || sent > most {
            worse.push(format!(
                "{name}: {fetched} of {least} fetched, {sent} requests for {most}"
            ));
        }
    }
    assert!(worse.is_empty(), "{worse:#?}");
}
