//! A request handler calls three services, and one of them fails. With bare tasks, the other two
//! calls run on after the response; with a group, they are cancelled before it.

use std::time::Duration;

use step3_taskgroup::{ErrorGroup, TaskGroup};
use tokio::time::{Instant, sleep};

type Error = Box<dyn std::error::Error + Send + Sync>;
type Answers = (&'static str, &'static str, &'static str);

async fn before(clock: Clock) -> Result<Answers, Error> {
    let billing = tokio::spawn(call_billing(clock));
    let inventory = tokio::spawn(call_inventory(clock));
    let recommendations = tokio::spawn(call_recommendations(clock));
    // The first `?` returns, and dropping a tokio handle lets its task run on.
    Ok((billing.await??, inventory.await??, recommendations.await??))
}

async fn after(clock: Clock) -> Result<Answers, ErrorGroup<Error>> {
    TaskGroup::scope(async |group| {
        let billing = group.spawn(call_billing(clock));
        let inventory = group.spawn(call_inventory(clock));
        let recommendations = group.spawn(call_recommendations(clock));
        Ok((billing.await, inventory.await, recommendations.await))
    })
    .await
}

async fn call_billing(clock: Clock) -> Result<&'static str, Error> {
    let _call = Call("billing", clock);
    sleep(Duration::from_millis(20)).await;
    Err("billing timed out".into())
}

async fn call_inventory(clock: Clock) -> Result<&'static str, Error> {
    let _call = Call("inventory", clock);
    sleep(Duration::from_millis(50)).await;
    clock.print("inventory answers");
    Ok("3 left")
}

async fn call_recommendations(clock: Clock) -> Result<&'static str, Error> {
    let _call = Call("recommendations", clock);
    sleep(Duration::from_millis(80)).await;
    clock.print("recommendations answers");
    Ok("a teapot")
}

/// An open connection, closed by being dropped.
struct Call(&'static str, Clock);

impl Drop for Call {
    fn drop(&mut self) {
        self.1.print(&format!("{} is closed", self.0));
    }
}

#[derive(Clone, Copy)]
struct Clock(Instant);

impl Clock {
    fn print(self, event: &str) {
        println!("{:>4} ms  {event}", self.0.elapsed().as_millis());
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    println!("before: bare tasks");
    let clock = Clock(Instant::now());
    let error = before(clock).await.unwrap_err();
    clock.print(&format!("response: {error}"));
    sleep(Duration::from_millis(100)).await;

    println!("after: a group");
    let clock = Clock(Instant::now());
    let errors = after(clock).await.unwrap_err();
    clock.print(&format!("response: {errors}"));
    sleep(Duration::from_millis(100)).await;
}
