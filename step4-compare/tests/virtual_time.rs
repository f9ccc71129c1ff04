//! Virtual time within a runtime that has a clock of its own.

use std::panic::catch_unwind;

use step4_compare::{Scenario, on_virtual_time, print_comparison};
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn a_scenario_can_be_played_within_a_runtime_whose_clock_stands_still() {
    let start = Instant::now();
    let [two_jobs, ..] = Scenario::built_in();

    let ends = two_jobs.play().map(|timeline| timeline.caller.at_ms);

    assert_eq!(ends, [10, 50, 10]);
    assert_eq!(start.elapsed().as_millis(), 0);
}

#[tokio::test]
async fn a_comparison_can_be_printed_within_a_runtime() {
    let [two_jobs, ..] = Scenario::built_in();
    print_comparison(&two_jobs.jobs);
}

#[test]
fn a_panic_of_the_work_goes_on_in_the_caller() {
    let panic = catch_unwind(|| on_virtual_time(async { panic!("boom") })).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"boom"));
}
