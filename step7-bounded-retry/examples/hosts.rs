//! The scheduler against sixteen kinds of host, on virtual time. Beside it: the simulation with which its
//! rules were chosen, and what happens if each URL is treated by itself, as if it had a host of its own.

#[path = "../tests/scheduler/hosts.rs"]
mod hosts;
#[path = "../tests/scheduler/run.rs"]
mod run;

use hosts::{KINDS, RULES, SIMULATED, Totals};
use run::Without;

/// Where a host is random, so is a run.
const RUNS: u32 = 100;

fn main() {
    println!("means, and the worst run:");
    print!("{:45}", "");
    println!(
        "  {:>26}  {:>26}",
        format!("simulation, {SIMULATED} runs"),
        format!("scheduler, {RUNS} runs")
    );
    let heading = "  fetched least requests  most".repeat(2);
    println!("{:45}{heading}", "kind of host, and its URLs");
    for kind in KINDS {
        print!("{:<41}{:>4}", kind.name, kind.pages);
        for totals in [
            kind.simulation,
            Totals::of(&kind.runs(RUNS, Without::Nothing)),
        ] {
            print!("  {:>7.0}{:>6}", totals.mean_fetched, totals.fewest_fetched);
            print!("{:>9.0}{:>6}", totals.mean_requests, totals.most_requests);
        }
        println!();
    }

    println!("\nmeans of {RUNS} runs with all rules, and with one taken out:");
    println!("{:65}  {:>16}  {:>16}", "", "with it", "without it");
    let heading = "fetched requests  fetched requests";
    println!(
        "{:<20}{:<45}  {heading}",
        "rule", "kind of host, and its URLs"
    );
    for (rule, without, index) in RULES {
        let kind = &KINDS[index];
        print!("{rule:<20}{:<41}{:>4}", kind.name, kind.pages);
        for without in [Without::Nothing, without] {
            let totals = Totals::of(&kind.runs(RUNS, without));
            print!(
                "  {:>7.0} {:>8.0}",
                totals.mean_fetched, totals.mean_requests
            );
        }
        println!();
    }
}
