//! Sixteen kinds of host, on virtual time: how many URLs are lost, and how many requests are sent.

use crate::hosts::{KINDS, Mean};

/// Of each kind, so many URLs must be fetched, with at most so many requests. They are the figures of the
/// simulation with which the rules were chosen.
const EXPECTED: [(u32, u32); 16] = [
    (200, 236),
    (400, 407),
    (400, 407),
    (400, 414),
    (400, 407),
    (998, 1132),
    (998, 1440),
    (823, 1714),
    (13, 26),
    (200, 400),
    (900, 1321),
    (500, 1708),
    (0, 36),
    (0, 1100),
    (0, 13),
    (0, 4),
];

#[test]
fn no_kind_of_host_loses_more_urls_or_gets_more_requests_than_expected() {
    for (kind, (least, most)) in KINDS.iter().zip(EXPECTED) {
        let Mean { fetched, requests } = kind.mean(false);
        assert!(
            fetched >= f64::from(least),
            "{}: {fetched} of {least}",
            kind.name
        );
        assert!(
            requests < f64::from(most) + 1.0,
            "{}: {requests} for {most}",
            kind.name
        );
    }
}

#[test]
fn without_a_common_host_outages_and_rate_limits_cost_most_urls() {
    for (index, at_most) in [(0, 200.0), (1, 40.0), (2, 40.0), (3, 0.0)] {
        let kind = &KINDS[index];
        let fetched = kind.mean(true).fetched;
        assert!(fetched <= at_most, "{}: {fetched}", kind.name);
    }
}
