//! A page needs two values of different types, from two tasks: there is a whole page or an error.

use std::time::Duration;

use step3_taskgroup::{ErrorGroup, TaskGroup};
use tokio::time::sleep;

#[derive(Debug)]
#[expect(dead_code, reason = "the fields are read by `Debug` alone")]
struct ProfilePage {
    user: String,
    orders: Vec<String>,
}

async fn user(id: &'static str) -> Result<String, String> {
    sleep(Duration::from_millis(10)).await;
    Ok(id.to_owned())
}

async fn orders(id: &'static str) -> Result<Vec<String>, String> {
    sleep(Duration::from_millis(10)).await;
    if id == "U-8" {
        return Err(format!("no orders of {id}: the database is away"));
    }
    Ok(vec![format!("{id}:ORD-1")])
}

async fn page(id: &'static str) -> Result<ProfilePage, ErrorGroup<String>> {
    TaskGroup::scope(async |group| {
        let user = group.spawn(user(id));
        let orders = group.spawn(orders(id));
        Ok(ProfilePage {
            user: user.await,
            orders: orders.await,
        })
    })
    .await
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    for id in ["U-7", "U-8"] {
        match page(id).await {
            Ok(page) => println!("{page:?}"),
            Err(errors) => println!("no page: {errors}"),
        }
    }
}
