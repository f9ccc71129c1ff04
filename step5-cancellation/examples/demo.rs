//! Three kinds of worker beside a child that fails; then three runs under a time limit, and which
//! of them leak; then a race.

mod workers;

use std::time::Duration;

use step4_compare::{Recording, Timeline, render_text};
use step5_cancellation::{
    ResourceLog, careful_worker, race, run_futures_under_timeout, run_gather_under_timeout,
    run_taskgroup_under_deadline,
};
use tokio::time::sleep;
use workers::{WORK, three_workers, timeline};

const FAILURE: Duration = Duration::from_millis(10);

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    println!(
        "{}",
        render_text(&[three_workers(FAILURE, Duration::MAX).await])
    );

    println!(
        "\nTwo careful workers that need 50 ms, and a limit of 10 ms. Still open at the limit:"
    );
    let log = ResourceLog::default();
    let worker = |name| {
        let log = log.clone();
        async move { careful_worker(name, WORK, &log).await }
    };
    run_gather_under_timeout(FAILURE, worker).await;
    println!("  gather under a timeout         {:?}", log.leaked());

    let log = ResourceLog::default();
    run_futures_under_timeout(FAILURE, |name| careful_worker(name, WORK, &log)).await;
    println!("  plain futures under a timeout  {:?}", log.leaked());

    let log = ResourceLog::default();
    let in_time = run_taskgroup_under_deadline(FAILURE, |group, name| {
        let log = log.clone();
        group.spawn(async move {
            careful_worker(name, WORK, &log).await;
            Ok(())
        });
    });
    in_time.await.expect("no worker fails");
    println!("  a group with a deadline        {:?}", log.leaked());

    println!("\n{}", render_text(&[three_racers().await]));
}

async fn three_racers() -> Timeline {
    let recording = Recording::begin();
    let racer = |index, name, delay, result: Result<(), &'static str>| {
        let job = recording.clone().start(index, name);
        let racer = async move {
            sleep(delay).await;
            match result {
                Ok(()) => job.completed(),
                Err(message) => job.failed(message),
            }
            result
        };
        (name, racer)
    };

    let result = race([
        racer(0, "primary", FAILURE, Err("boom")),
        racer(1, "backup", 3 * FAILURE, Ok(())),
        racer(2, "slow", WORK, Ok(())),
    ])
    .await;

    timeline("a race of three", &recording, result)
}
