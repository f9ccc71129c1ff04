//! Two jobs run at the same time in one group. When the scope returns, both have finished, and
//! their handles give the values.

use std::time::Duration;

use step3_taskgroup::{ErrorGroup, TaskGroup};
use tokio::time::{Instant, sleep};

async fn job(name: &str, milliseconds: u64) -> Result<String, String> {
    sleep(Duration::from_millis(milliseconds)).await;
    Ok(format!("{name} slept for {milliseconds} ms"))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), ErrorGroup<String>> {
    let start = Instant::now();

    let (first, second) = TaskGroup::scope(async |group| {
        let first = group.spawn(job("the first", 200));
        let second = group.spawn(job("the second", 100));
        Ok((first, second))
    })
    .await?;
    println!("the scope took {} ms", start.elapsed().as_millis());

    // Both children have ended, so neither await waits.
    println!("{}", first.await);
    println!("{}", second.await);
    Ok(())
}
