//! Sixteen kinds of host, on virtual time: how many URLs are lost, and how many requests are sent.

use std::env;

use crate::hosts::{KINDS, RULES, SIMULATED, Totals};
use crate::run::Without;

/// How many standard errors a mean may be worse, which are those of both means. By chance, one of 30,000
/// means is.
const STANDARD_ERRORS: f64 = 4.0;

/// The means of the simulation are rounded.
const ROUNDED: f64 = 0.005;

/// The standard deviation.
fn deviation(count: u32, values: impl Iterator<Item = u32>, mean: f64) -> f64 {
    let squares = values.map(|value| (f64::from(value) - mean).powi(2));
    (squares.sum::<f64>() / f64::from(count)).sqrt()
}

/// Means against means; and no run is worse than the worst of the simulation by more than one standard
/// deviation. 100 runs; ten times as many where `LONG_TESTS` is set.
#[test]
fn no_kind_of_host_loses_more_urls_or_gets_more_requests_than_in_the_simulation() {
    let long = env::var_os("LONG_TESTS").is_some();
    let count = if long { 1_000 } else { 100 };
    for kind in &KINDS {
        let (name, simulation) = (kind.name, kind.simulation);
        let runs = kind.runs(count, Without::Nothing);
        let totals = Totals::of(&runs);
        let fetched = deviation(count, runs.iter().map(|run| run.ok), totals.mean_fetched);
        let requests = deviation(
            count,
            runs.iter().map(|run| run.requests),
            totals.mean_requests,
        );

        let part = STANDARD_ERRORS * (1.0 / f64::from(count) + 1.0 / f64::from(SIMULATED)).sqrt();
        let is_expected = totals.mean_fetched >= simulation.mean_fetched - part * fetched - ROUNDED
            && totals.mean_requests <= simulation.mean_requests + part * requests + ROUNDED;
        assert!(is_expected, "{name}: {totals:?}");

        // The worst of so many runs is chance.
        let fewest = f64::from(simulation.fewest_fetched) - fetched;
        let most = f64::from(simulation.most_requests) + requests;
        for (seed, run) in runs.iter().enumerate() {
            let is_expected = f64::from(run.ok) >= fewest && f64::from(run.requests) <= most;
            assert!(is_expected, "{name}: {run:?} with seed {seed}");
        }
    }
}

#[test]
fn without_one_of_its_rules_the_scheduler_loses_urls_or_sends_twice_as_much() {
    for (rule, without, index) in RULES {
        let totals = |without| Totals::of(&KINDS[index].runs(3, without));
        let (with, without) = (totals(Without::Nothing), totals(without));
        let is_worse = without.mean_fetched < with.mean_fetched - 100.0
            || without.mean_requests > 2.0 * with.mean_requests;
        assert!(is_worse, "{rule}: {with:?} with it, {without:?} without it");
    }
}
