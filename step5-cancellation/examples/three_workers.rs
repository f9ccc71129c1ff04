//! Three workers, a failure at 10 ms, and a grace period of 20 ms for the workers that are signalled.
//!
//! With `--json`, the same for each failure until 60 ms, with and without the grace period: one object
//! a line. The website of the lessons shows them; the first one is what it begins with.

mod workers;

use std::time::Duration;

use step4_compare::{on_virtual_time, render_text};
use workers::three_workers;

const FAILURE_MS: u64 = 10;
const GRACE: Duration = Duration::from_millis(20);

fn main() {
    if std::env::args().nth(1).as_deref() != Some("--json") {
        let failure = Duration::from_millis(FAILURE_MS);
        let timeline = on_virtual_time(three_workers(failure, GRACE));
        println!("{}", render_text(&[timeline]));
        return;
    }
    for failure_ms in (FAILURE_MS..=60).chain(0..FAILURE_MS).step_by(2) {
        for (grace_period, grace) in [(true, GRACE), (false, Duration::MAX)] {
            let failure = Duration::from_millis(failure_ms);
            let timeline = on_virtual_time(three_workers(failure, grace)).to_json();
            println!(
                r#"{{"failure_ms":{failure_ms},"grace_period":{grace_period},"timeline":{timeline}}}"#
            );
        }
    }
}
