//! A group returns values of different types, cancels the siblings of a failure, and nests.

use std::time::Duration;

use step3_taskgroup::{ErrorGroup, TaskGroup};
use tokio::time::{Instant, sleep};

type Errors = ErrorGroup<&'static str>;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    println!("Values of different types, from one group:");
    let (user, orders) = profile().await.unwrap();
    println!("  {user} has {orders} orders");

    println!("\nThree siblings, and one of them fails:");
    let start = Instant::now();
    let errors = siblings(start).await.unwrap_err();
    println!("  {:>2} ms  the scope returns", start.elapsed().as_millis());
    print(&errors);

    println!("\nA group within a group, and failures in both:");
    print(&nested().await.unwrap_err());
}

async fn profile() -> Result<(String, usize), Errors> {
    TaskGroup::scope(async |group| {
        let user = group.spawn(async { Ok("Ada".to_owned()) });
        let orders = group.spawn(async { Ok(3) });
        Ok((user.await, orders.await))
    })
    .await
}

async fn siblings(start: Instant) -> Result<(), Errors> {
    TaskGroup::scope(async |group| {
        group.spawn_named("quick", job("quick", 10, Ok(()), start));
        group.spawn_named("broken", job("broken", 30, Err("boom"), start));
        group.spawn_named("slow", job("slow", 50, Ok(()), start));
        Ok(())
    })
    .await
}

async fn nested() -> Result<(), Errors> {
    TaskGroup::scope(async |outer| {
        outer.spawn_named("orders", fails("database is away"));
        outer
            .named("page")
            .spawn_group(TaskGroup::scope(async |page| {
                page.spawn_named("name", fails("missing"));
                page.spawn_named("picture", fails("too large"));
                Ok(())
            }));
        Ok(())
    })
    .await
}

/// The sleep lets all children start, so that they fail in the same tick, and all are reported.
async fn fails(error: &'static str) -> Result<(), &'static str> {
    sleep(Duration::from_millis(10)).await;
    Err(error)
}

async fn job(
    name: &'static str,
    milliseconds: u64,
    result: Result<(), &'static str>,
    start: Instant,
) -> Result<(), &'static str> {
    let mut guard = Guard {
        name,
        start,
        ending: "cancelled",
    };
    sleep(Duration::from_millis(milliseconds)).await;
    guard.ending = result.map_or("failed", |()| "completed");
    result
}

/// Prints how a job has ended. A cancelled job is dropped at its await, so only a destructor can.
struct Guard {
    name: &'static str,
    start: Instant,
    ending: &'static str,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let milliseconds = self.start.elapsed().as_millis();
        println!("  {milliseconds:>2} ms  {} {}", self.name, self.ending);
    }
}

fn print(errors: &Errors) {
    println!("  {errors}");
    for line in errors.tree().to_string().lines() {
        println!("    {line}");
    }
}
