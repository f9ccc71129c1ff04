//! The scheduler against sixteen kinds of host, on virtual time; and beside it what happens if each URL is
//! treated by itself, as if it had a host of its own.

#[path = "../tests/scheduler/hosts.rs"]
mod hosts;
#[path = "../tests/scheduler/run.rs"]
mod run;

use hosts::{KINDS, Mean};

/// Where a host is random, so is a run: the figures are means of this many.
const RUNS: u64 = 20;

fn main() {
    println!(
        "                                                   by host             each by itself"
    );
    println!(
        "kind of host, and its URLs                       fetched  requests    fetched  requests"
    );
    for kind in KINDS {
        let (name, pages) = (kind.name, kind.pages);
        print!("{name:<41}  {pages:>4}");
        for apart in [false, true] {
            let Mean { fetched, requests } = Mean::of(&kind.runs(RUNS, apart));
            print!("  {fetched:>8.0}  {requests:>8.0}");
        }
        println!();
    }
}
