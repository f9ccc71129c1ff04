//! What `gather` does when a task fails, and what the siblings do after that.
//!
//! On a paused clock a sleep of 50 ms takes no time, and the order is the same in each run.

mod log;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use log::{Log, ms};
use step2_gather::{gather, gather_settled};
use tokio::time::{Instant, sleep, timeout};

/// Sleeps, then writes its name into the log, then fails or returns its name.
async fn job(
    log: Log,
    name: &'static str,
    delay: Duration,
    fail: bool,
) -> Result<&'static str, String> {
    sleep(delay).await;
    log.push(name);
    if fail {
        Err(format!("{name} failed"))
    } else {
        Ok(name)
    }
}

#[tokio::test(start_paused = true)]
async fn values_come_in_input_order_whichever_finishes_first() {
    let log = Log::default();
    let jobs =
        [("a", 30), ("b", 10), ("c", 20)].map(|(name, t)| job(log.clone(), name, ms(t), false));

    assert_eq!(gather(jobs).await, Ok(vec!["a", "b", "c"]));
    assert_eq!(log.entries(), ["b", "c", "a"]);
}

#[tokio::test(start_paused = true)]
async fn the_tasks_run_at_the_same_time() {
    let log = Log::default();
    let start = Instant::now();

    let jobs = [("a", 30), ("b", 20)].map(|(name, t)| job(log.clone(), name, ms(t), false));
    gather(jobs).await.unwrap();

    assert_eq!(start.elapsed(), ms(30));
}

#[tokio::test(start_paused = true)]
async fn the_first_error_in_time_surfaces_at_once() {
    let log = Log::default();
    let start = Instant::now();

    let result = gather([
        job(log.clone(), "late", ms(50), true),
        job(log.clone(), "early", ms(10), true),
    ])
    .await;

    assert_eq!(result, Err("early failed".to_owned()));
    assert_eq!(start.elapsed(), ms(10));
}

#[tokio::test(start_paused = true)]
async fn the_first_error_surfaces_at_once_among_many_tasks_too() {
    let log = Log::default();
    let start = Instant::now();

    let jobs = (0..100).map(|index| job(log.clone(), "job", ms(1000 - index), index == 99));

    assert!(gather(jobs).await.is_err());
    assert_eq!(start.elapsed(), ms(901));
}

#[tokio::test(start_paused = true)]
async fn the_siblings_of_a_failure_finish_as_orphans() {
    let log = Log::default();

    let result = gather([
        job(log.clone(), "slow_ok", ms(50), false),
        job(log.clone(), "quick_fail", ms(10), true),
    ])
    .await;
    assert_eq!(result, Err("quick_fail failed".to_owned()));
    assert_eq!(log.entries(), ["quick_fail"]);

    // The sibling finishes after the caller has its error.
    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["quick_fail", "slow_ok"]);
}

#[tokio::test(start_paused = true)]
async fn a_later_failure_goes_unheard() {
    let log = Log::default();

    let result = gather([
        job(log.clone(), "first", ms(10), true),
        job(log.clone(), "second", ms(20), true),
    ])
    .await;
    sleep(ms(100)).await;

    // Both failed, and the caller gets one of the errors.
    assert_eq!(log.entries(), ["first", "second"]);
    assert_eq!(result, Err("first failed".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_before_the_first_poll() {
    let log = Log::default();

    let not_awaited = gather([job(log.clone(), "job", ms(10), false)]);
    sleep(ms(100)).await;
    assert_eq!(log.entries(), [""; 0]);

    not_awaited.await.unwrap();
    assert_eq!(log.entries(), ["job"]);
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_settled_gather_starts_before_the_first_poll() {
    let log = Log::default();

    let not_awaited = gather_settled([job(log.clone(), "job", ms(10), false)]);
    sleep(ms(100)).await;
    assert_eq!(log.entries(), [""; 0]);

    not_awaited.await;
    assert_eq!(log.entries(), ["job"]);
}

#[tokio::test(start_paused = true)]
async fn dropping_a_gather_detaches_its_tasks() {
    let log = Log::default();

    let cut_off = timeout(ms(10), gather([job(log.clone(), "job", ms(50), false)]));
    assert!(cut_off.await.is_err());
    assert_eq!(log.entries(), [""; 0]);

    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["job"]);
}

#[tokio::test(start_paused = true)]
async fn dropping_a_settled_gather_detaches_its_tasks() {
    let log = Log::default();

    let settled = gather_settled([job(log.clone(), "job", ms(50), false)]);
    assert!(timeout(ms(10), settled).await.is_err());
    assert_eq!(log.entries(), [""; 0]);

    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["job"]);
}

#[tokio::test(start_paused = true)]
async fn gathering_nothing_gives_nothing() {
    let none = std::iter::empty::<std::future::Ready<Result<(), ()>>>;
    assert_eq!(gather(none()).await, Ok(vec![]));
    assert_eq!(gather_settled(none()).await, vec![]);
}

#[tokio::test(start_paused = true)]
async fn settled_waits_for_all_and_lines_errors_up_with_their_inputs() {
    let log = Log::default();
    let start = Instant::now();

    let settled = gather_settled([
        job(log.clone(), "slow_ok", ms(20), false),
        job(log.clone(), "quick_fail", ms(5), true),
        job(log.clone(), "slow_fail", ms(30), true),
    ])
    .await;

    assert_eq!(log.entries(), ["quick_fail", "slow_ok", "slow_fail"]);
    assert_eq!(start.elapsed(), ms(30));
    assert_eq!(
        settled,
        [
            Ok("slow_ok"),
            Err("quick_fail failed".to_owned()),
            Err("slow_fail failed".to_owned())
        ],
    );
}

async fn panics_at(delay: Duration, message: &'static str) -> Result<&'static str, String> {
    sleep(delay).await;
    std::panic::panic_any(message)
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_one_task_resumes_in_the_caller_and_the_siblings_run_on() {
    let log = Log::default();
    let sibling = job(log.clone(), "sibling", ms(50), false);

    let gathered = gather([panics_at(ms(10), "a bug").boxed(), sibling.boxed()]);
    let panic = AssertUnwindSafe(gathered).catch_unwind().await.unwrap_err();

    assert_eq!(panic.downcast_ref(), Some(&"a bug"));
    assert_eq!(log.entries(), [""; 0]);
    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["sibling"]);
}

#[tokio::test(start_paused = true)]
async fn settled_waits_for_the_siblings_of_a_panic() {
    let log = Log::default();
    let sibling = job(log.clone(), "sibling", ms(50), false);

    let gathered = gather_settled([panics_at(ms(10), "a bug").boxed(), sibling.boxed()]);
    let panic = AssertUnwindSafe(gathered).catch_unwind().await.unwrap_err();

    assert_eq!(panic.downcast_ref(), Some(&"a bug"));
    assert_eq!(log.entries(), ["sibling"]);
}

#[tokio::test(start_paused = true)]
async fn settled_resumes_the_first_panic_in_input_order() {
    let gathered = gather_settled([
        panics_at(ms(20), "first in the list"),
        panics_at(ms(30), "last in time"),
        panics_at(ms(10), "first in time"),
    ]);
    let panic = AssertUnwindSafe(gathered).catch_unwind().await.unwrap_err();

    assert_eq!(panic.downcast_ref(), Some(&"first in the list"));
}
