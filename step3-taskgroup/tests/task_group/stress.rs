//! The ownership rule, many times over, on more than one thread, with everything going wrong at
//! random points.

use std::panic::resume_unwind;

use fastrand::Rng;
use futures_util::future::{BoxFuture, FutureExt};
use step3_taskgroup::TaskGroup;
use tokio::task::yield_now;

use crate::support::{Alive, for_ever};

/// What a child does after some turns.
async fn child(
    mut random: Rng,
    group: TaskGroup<&'static str>,
    alive: Alive,
) -> Result<(), &'static str> {
    turns(random.u8(..8)).await;
    match random.u8(..12) {
        0 => Err("boom"),
        // Not `panic!`: the message of each would be printed.
        1 => resume_unwind(Box::new("a panic")),
        2 => for_ever().await,
        3 => {
            spawn(&mut random, &group, &alive);
            Ok(())
        }
        4 => {
            // An inner scope that is dropped half-way, unless it is quicker.
            let limit = turns(random.u8(..8));
            tokio::select! {
                () = scope(random.fork(), alive) => {}
                () = limit => {}
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn turns(count: u8) {
    for _ in 0..count {
        yield_now().await;
    }
}

fn spawn(random: &mut Rng, group: &TaskGroup<&'static str>, alive: &Alive) {
    let child = child(random.fork(), group.clone(), alive.clone());
    group.spawn(alive.child(child));
}

/// A scope of a few children, in which anything may happen. Boxed, for its children open such scopes.
fn scope(mut random: Rng, alive: Alive) -> BoxFuture<'static, ()> {
    async move {
        let stop = random.u8(..40);
        let _ = TaskGroup::scope_until(turns(stop), async move |group| {
            for _ in 0..random.u8(..8) {
                spawn(&mut random, &group, &alive);
                turns(random.u8(..2)).await;
            }
            match random.u8(..8) {
                0 => Err("the body")?,
                1 => resume_unwind(Box::new("a panic of the body")),
                2 => group.cancel(),
                _ => {}
            }
            Ok(())
        })
        .await;
    }
    .boxed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_no_child_is_alive_after_its_scope() {
    let mut random = Rng::with_seed(7);
    for _ in 0..5_000 {
        let alive = Alive::default();
        let scope = tokio::spawn(scope(random.fork(), alive.clone()));
        let _ = scope.await; // it may have panicked
        alive.assert_none();
    }
}
