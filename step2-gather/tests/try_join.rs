//! `try_join_all` drops futures that were not spawned as soon as one of them fails.

mod log;

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::try_join_all;
use log::{Log, ms};
use tokio::time::{Instant, sleep};

/// Logs whether its job had finished when it is dropped.
struct DropGuard {
    log: Log,
    finished: bool,
}

impl Drop for DropGuard {
    fn drop(&mut self) {
        self.log.push(if self.finished {
            "sibling finished"
        } else {
            "sibling dropped"
        });
    }
}

async fn sibling(log: Log) -> Result<(), &'static str> {
    let mut drop_guard = DropGuard {
        log,
        finished: false,
    };
    sleep(ms(50)).await;
    drop_guard.finished = true;
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

    // The sibling is dropped before the caller gets the failure, and does not run on.
    assert_eq!(result, Err("boom"));
    assert_eq!(log.entries(), ["sibling dropped"]);
    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["sibling dropped"]);
}

#[tokio::test(start_paused = true)]
async fn try_join_all_over_handles_leaves_the_siblings_running() {
    let log = Log::default();
    let tasks = [sibling(log.clone()).boxed(), fails_at(ms(10)).boxed()]
        .map(|future| tokio::spawn(future).map(Result::unwrap));

    // The same call, but now it drops only the handles, and the sibling runs on.
    assert_eq!(try_join_all(tasks).await, Err("boom"));
    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["sibling finished"]);
}

#[tokio::test(start_paused = true)]
async fn try_join_all_drops_a_sibling_that_would_have_finished_in_the_same_tick() {
    let log = Log::default();

    let result = try_join_all([fails_at(ms(50)).boxed(), sibling(log.clone()).boxed()]).await;

    // One task polls the futures one after the other and stops at the first error. A spawned
    // sibling whose sleep ends in the same tick would complete.
    assert_eq!(result, Err("boom"));
    assert_eq!(log.entries(), ["sibling dropped"]);
}

#[tokio::test(start_paused = true)]
async fn try_join_all_returns_a_failure_at_once_only_for_up_to_30_futures() {
    for (count, returned_at) in [(30, ms(10)), (31, ms(50))] {
        let start = Instant::now();

        // The last one fails at 10 ms; those before it need 50 ms.
        let slow = (1..count).map(|_| sibling(Log::default()).boxed());
        let futures: Vec<_> = slow.chain([fails_at(ms(10)).boxed()]).collect();

        assert_eq!(try_join_all(futures).await, Err("boom"));
        assert_eq!(start.elapsed(), returned_at);
    }
}

#[tokio::test(start_paused = true)]
async fn a_future_does_nothing_until_it_is_polled() {
    let log = Log::default();

    let not_awaited = sibling(log.clone());
    sleep(ms(100)).await;
    assert_eq!(log.entries(), [""; 0]);

    not_awaited.await.unwrap();
    assert_eq!(log.entries(), ["sibling finished"]);
}
