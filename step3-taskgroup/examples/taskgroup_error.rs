//! One of two jobs fails: the other one is cancelled, and the caller gets the failure as a member
//! of an error group.

use std::num::ParseIntError;
use std::time::Duration;

use step3_taskgroup::{ErrorGroup, TaskGroup};
use tokio::time::{Instant, sleep};

async fn succeeds() -> Result<u8, ParseIntError> {
    sleep(Duration::from_millis(100)).await;
    println!("never printed: the failure comes first");
    Ok(1)
}

async fn fails() -> Result<u8, ParseIntError> {
    sleep(Duration::from_millis(50)).await;
    "boom".parse()
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();

    let result: Result<u8, ErrorGroup<ParseIntError>> = TaskGroup::scope(async |group| {
        let one = group.spawn(succeeds());
        let other = group.spawn(fails());
        Ok(one.await + other.await)
    })
    .await;

    let milliseconds = start.elapsed().as_millis();
    match result {
        Ok(sum) => println!("{sum} after {milliseconds} ms"),
        Err(errors) => println!("after {milliseconds} ms: {errors}"),
    }
}
