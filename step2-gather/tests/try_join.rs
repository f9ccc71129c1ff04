//! The third answer: futures that were never spawned are dropped with the failure.

mod log;

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::try_join_all;
use log::{Log, ms};
use tokio::time::{Instant, sleep};

/// Writes a line when it is dropped before its work is done.
struct Cut(Log);

impl Drop for Cut {
    fn drop(&mut self) {
        self.0.push("sibling dropped");
    }
}

async fn sibling(log: Log) -> Result<(), &'static str> {
    let cut = Cut(log.clone());
    sleep(ms(50)).await;
    std::mem::forget(cut);
    log.push("sibling finished");
    Ok(())
}

async fn fails_at(delay: Duration) -> Result<(), &'static str> {
    sleep(delay).await;
    Err("boom")
}

#[tokio::test(start_paused = true)]
async fn try_join_all_drops_the_siblings_of_a_failure() {
    let log = Log::default();

    let result = try_join_all([sibling(log.clone()).boxed(), fails_at(ms(10)).boxed()]).await;

    // By the time we hear of the failure the sibling is gone, and it stays gone.
    assert_eq!(result, Err("boom"));
    assert_eq!(log.entries(), ["sibling dropped"]);
    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["sibling dropped"]);
}

#[tokio::test(start_paused = true)]
async fn try_join_all_over_handles_is_a_gather_again() {
    let log = Log::default();
    let tasks = [sibling(log.clone()).boxed(), fails_at(ms(10)).boxed()]
        .map(|future| tokio::spawn(future).map(Result::unwrap));

    // The same call. What it drops now is the handles, and the sibling lives.
    assert_eq!(try_join_all(tasks).await, Err("boom"));
    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["sibling finished"]);
}

#[tokio::test(start_paused = true)]
async fn try_join_all_drops_a_sibling_that_would_have_finished_in_the_same_tick() {
    let log = Log::default();

    let result = try_join_all([fails_at(ms(50)).boxed(), sibling(log.clone()).boxed()]).await;

    // One task polls its futures one after the other, and stops at the first error. A spawned
    // sibling whose sleep ends in the same tick completes.
    assert_eq!(result, Err("boom"));
    assert_eq!(log.entries(), ["sibling dropped"]);
}

#[tokio::test(start_paused = true)]
async fn try_join_all_of_up_to_30_hears_of_a_failure_at_once_and_of_more_in_input_order() {
    for (count, heard_at) in [(30, ms(10)), (31, ms(50))] {
        let start = Instant::now();

        // The last one fails at 10 ms; those before it need 50 ms.
        let slow = (1..count).map(|_| sibling(Log::default()).boxed());
        let futures: Vec<_> = slow.chain([fails_at(ms(10)).boxed()]).collect();

        assert_eq!(try_join_all(futures).await, Err("boom"));
        assert_eq!(start.elapsed(), heard_at);
    }
}

#[tokio::test(start_paused = true)]
async fn a_future_that_nobody_polls_does_nothing() {
    let log = Log::default();

    let not_awaited = sibling(log.clone());
    sleep(ms(100)).await;
    assert_eq!(log.entries(), [""; 0]);

    not_awaited.await.unwrap();
    assert_eq!(log.entries(), ["sibling finished"]);
}
