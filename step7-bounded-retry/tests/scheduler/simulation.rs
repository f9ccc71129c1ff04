//! Sixteen kinds of host, on virtual time: how many URLs are lost, and how many requests are sent.

use crate::hosts::{KINDS, Mean};

/// What the simulation of the design does with a kind of host, over 1,000 runs.
struct Expected {
    fewest_fetched: u32,
    most_requests: u32,
    mean_fetched: f64,
    mean_requests: f64,
}

const fn expected(
    fewest_fetched: u32,
    most_requests: u32,
    mean_fetched: f64,
    mean_requests: f64,
) -> Expected {
    Expected {
        fewest_fetched,
        most_requests,
        mean_fetched,
        mean_requests,
    }
}

/// The rules were chosen with a simulation in Python, whose random numbers are not these. Its seeds 0 to
/// 999 gave these figures: the fewest URLs fetched, the most requests, and the means of both.
const EXPECTED: [Expected; 16] = [
    expected(200, 236, 200.00, 235.97),
    expected(400, 407, 400.00, 406.01),
    expected(400, 407, 400.00, 406.01),
    expected(400, 416, 400.00, 413.98),
    expected(400, 407, 400.00, 407.00),
    expected(996, 1142, 999.03, 1109.94),
    expected(992, 1507, 998.23, 1424.27),
    expected(783, 1800, 846.76, 1692.75),
    expected(13, 26, 13.00, 26.00),
    expected(200, 400, 200.00, 400.00),
    expected(900, 1441, 900.00, 1303.13),
    expected(500, 1792, 500.00, 1616.18),
    expected(0, 36, 0.00, 36.00),
    expected(0, 1100, 0.00, 1100.00),
    expected(0, 13, 0.00, 12.09),
    expected(0, 4, 0.00, 4.00),
];

/// A mean of 50 random runs differs from that of 1,000 by less than this part of it.
const TOLERANCE: f64 = 0.01;

#[test]
fn no_kind_of_host_loses_more_urls_or_gets_more_requests_than_expected() {
    for (kind, expected) in KINDS.iter().zip(EXPECTED) {
        let runs = kind.runs(50, false);
        for (seed, run) in runs.iter().enumerate() {
            let is_expected =
                run.ok >= expected.fewest_fetched && run.requests <= expected.most_requests;
            assert!(is_expected, "{}: {run:?} with seed {seed}", kind.name);
        }

        let mean = Mean::of(&runs);
        let fewest = expected.mean_fetched * (1.0 - TOLERANCE / 10.0);
        let most = expected.mean_requests * (1.0 + TOLERANCE);
        let is_expected = mean.fetched >= fewest && mean.requests <= most;
        assert!(is_expected, "{}: a mean of {mean:?}", kind.name);
    }
}

#[test]
fn without_a_common_host_outages_and_rate_limits_cost_most_urls() {
    for (index, at_most) in [(0, 200), (1, 40), (2, 40), (3, 0)] {
        let kind = &KINDS[index];
        for run in kind.runs(20, true) {
            assert!(run.ok <= at_most, "{}: {run:?}", kind.name);
        }
    }
}
