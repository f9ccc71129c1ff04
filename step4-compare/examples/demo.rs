//! The article's two jobs through gather and TaskGroup, side by side: in words, then as a picture.

use step4_compare::{Scenario, lanes, print_comparison};

fn main() {
    let two_jobs = &Scenario::built_in()[0];
    print_comparison(&two_jobs.jobs);
    println!("\n{}", lanes(&two_jobs.play()));
}
