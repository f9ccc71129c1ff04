//! Two jobs, one of which fails, run in three ways. The clock is paused: a sleep takes no time.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::try_join_all;
use step2_gather::{gather, gather_settled};
use tokio::time::{Instant, sleep};

/// Prints how the job ended, and when, as it is dropped.
struct Job {
    name: &'static str,
    start: Instant,
    ending: &'static str,
}

impl Drop for Job {
    fn drop(&mut self) {
        let at = self.start.elapsed().as_millis();
        println!("  {at:>2} ms  {} {}", self.name, self.ending);
    }
}

async fn slow_ok(start: Instant) -> Result<&'static str, &'static str> {
    let mut job = Job {
        name: "slow_ok",
        start,
        ending: "was dropped",
    };
    sleep(Duration::from_millis(50)).await;
    job.ending = "completed";
    Ok("slow_ok's value")
}

async fn quick_fail(start: Instant) -> Result<&'static str, &'static str> {
    let mut job = Job {
        name: "quick_fail",
        start,
        ending: "was dropped",
    };
    sleep(Duration::from_millis(10)).await;
    job.ending = "failed";
    Err("boom")
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    println!("gather: the caller gets the failure, the sibling runs on");
    let start = Instant::now();
    let result = gather([slow_ok(start).boxed(), quick_fail(start).boxed()]).await;
    println!(
        "  {:>2} ms  caller has {result:?}",
        start.elapsed().as_millis()
    );
    sleep(Duration::from_millis(100)).await;

    println!("gather_settled: the caller waits for both");
    let start = Instant::now();
    let results = gather_settled([slow_ok(start).boxed(), quick_fail(start).boxed()]).await;
    println!(
        "  {:>2} ms  caller has {results:?}",
        start.elapsed().as_millis()
    );

    println!("try_join_all: the sibling is dropped with the failure");
    let start = Instant::now();
    let result = try_join_all([slow_ok(start).boxed(), quick_fail(start).boxed()]).await;
    println!(
        "  {:>2} ms  caller has {result:?}",
        start.elapsed().as_millis()
    );
}
