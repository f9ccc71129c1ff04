//! The article's two jobs through a gather and a `TaskGroup`: first as reports, then as timelines.

use step4_compare::{Scenario, print_comparison, render_text};

fn main() {
    let [two_jobs, ..] = Scenario::built_in();
    print_comparison(&two_jobs.jobs);
    println!("\n{}", render_text(&two_jobs.play()));
}
