//! Ways to wait for several futures without spawning them, and what happens when one fails.

mod log;

use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use log::{Log, ms};
use step2_gather::gather;
use tokio::time::{Instant, sleep};

async fn succeeds_at(delay: Duration, log: Log) -> Result<&'static str, &'static str> {
    log.push("started");
    sleep(delay).await;
    log.push("finished");
    Ok("value")
}

async fn fails_at(delay: Duration) -> Result<&'static str, &'static str> {
    sleep(delay).await;
    Err("boom")
}

#[tokio::test(start_paused = true)]
async fn one_after_the_other_the_next_does_not_start_after_a_failure() {
    let log = Log::default();

    let both = async {
        let first = fails_at(ms(10)).await?;
        let second = succeeds_at(ms(50), log.clone()).await?;
        Ok((first, second))
    };

    assert_eq!(both.await, Err("boom"));
    sleep(ms(100)).await;
    assert_eq!(log.entries(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn join_waits_for_all_and_gives_a_result_for_each() {
    let log = Log::default();
    let start = Instant::now();

    let results = tokio::join!(fails_at(ms(10)), succeeds_at(ms(50), log.clone()));

    assert_eq!(results, (Err("boom"), Ok("value")));
    assert_eq!(start.elapsed(), ms(50));
    assert_eq!(log.entries(), ["started", "finished"]);
}

#[tokio::test(start_paused = true)]
async fn try_join_gives_the_first_error_at_once_and_drops_the_others() {
    let log = Log::default();
    let start = Instant::now();

    let result = tokio::try_join!(succeeds_at(ms(50), log.clone()), fails_at(ms(10)));

    assert_eq!(result, Err("boom"));
    assert_eq!(start.elapsed(), ms(10));
    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["started"]);
}

#[tokio::test]
async fn join_runs_all_in_one_task_and_gather_runs_each_in_its_own() {
    let id = async || Ok::<_, ()>(tokio::task::id());

    let joined = tokio::spawn(async move { tokio::join!(id(), id()) });
    let (first, second) = joined.await.unwrap();
    assert_eq!(first, second);

    let ids = gather([id(), id()]).await.unwrap();
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test(start_paused = true)]
async fn buffer_unordered_runs_a_few_at_a_time_and_a_failure_stops_nothing() {
    let log = Log::default();
    let start = Instant::now();
    let futures = [
        succeeds_at(ms(30), log.clone()).boxed(),
        fails_at(ms(10)).boxed(),
        succeeds_at(ms(10), log.clone()).boxed(),
    ];

    let results = stream::iter(futures).buffer_unordered(2);
    let results: Vec<_> = results
        .map(|result| (result, start.elapsed()))
        .collect()
        .await;

    // The third starts when the failure has made room for it.
    let expected = [
        (Err("boom"), ms(10)),
        (Ok("value"), ms(20)),
        (Ok("value"), ms(30)),
    ];
    assert_eq!(results, expected);
}

#[tokio::test(start_paused = true)]
async fn buffer_unordered_polls_nothing_while_its_consumer_works() {
    let log = Log::default();
    let futures = [
        fails_at(ms(10)).boxed(),
        succeeds_at(ms(20), log.clone()).boxed(),
    ];
    let mut results = stream::iter(futures).buffer_unordered(2);

    assert_eq!(results.next().await, Some(Err("boom")));
    sleep(ms(100)).await;
    assert_eq!(log.entries(), ["started"]);

    assert_eq!(results.next().now_or_never(), Some(Some(Ok("value"))));
    assert_eq!(log.entries(), ["started", "finished"]);
}
