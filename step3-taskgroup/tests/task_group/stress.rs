//! The ownership rule, with failures, panics, cancels and drops at random points.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fastrand::Rng;
use futures_util::future::{BoxFuture, FutureExt};
use step3_taskgroup::{ErrorGroup, TaskGroup};
use tokio::task::yield_now;

use crate::support::{Flag, OnDrop, for_ever, on_both_runtimes};

type Group = TaskGroup<&'static str>;

/// The scopes around a child, each with its number of living children. A child of an inner scope
/// counts in the outer scopes too.
#[derive(Clone, Default)]
struct Scopes {
    alive: Vec<Arc<AtomicUsize>>,
    /// A scope has ended while a child of it was alive.
    outlived: Flag,
}

impl Scopes {
    fn inner(&self) -> Self {
        let mut inner = self.clone();
        inner.alive.push(Arc::default());
        inner
    }

    /// `work`, counted as alive until it is dropped.
    fn child<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        for alive in &self.alive {
            alive.fetch_add(1, Ordering::SeqCst);
        }
        let scopes = self.clone();
        let counted = OnDrop(move || {
            for alive in &scopes.alive {
                alive.fetch_sub(1, Ordering::SeqCst);
            }
        });
        async move {
            let output = work.await;
            drop(counted);
            output
        }
    }

    fn alive_in_the_innermost(&self) -> usize {
        let innermost = self.alive.last();
        innermost.map_or(0, |alive| alive.load(Ordering::SeqCst))
    }
}

async fn turns(count: u8) {
    for _ in 0..count {
        yield_now().await;
    }
}

/// Not `panic!`, which would print each message.
fn panics(message: &'static str) -> ! {
    resume_unwind(Box::new(message))
}

/// What a child does after some turns.
async fn child(mut random: Rng, group: Group, scopes: Scopes) -> Result<(), &'static str> {
    turns(random.u8(..8)).await;
    match random.u8(..20) {
        0 => Err("boom"),
        1 => panics("a panic"),
        2 => for_ever().await,
        3 => {
            let _panics = OnDrop(|| panics("a panic of a destructor"));
            turns(random.u8(..8)).await;
            Ok(())
        }
        4 => {
            spawn(&mut random, &group, &scopes);
            Ok(())
        }
        5 => {
            // A scope that is dropped half-way, unless it ends first.
            let limit = turns(random.u8(..8));
            tokio::select! {
                _ = scope(random.fork(), scopes) => {}
                () = limit => {}
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What a signalled child does: it takes some turns to clean up.
async fn cleans_up(mut random: Rng, stop: impl Future<Output = ()>) -> Result<(), &'static str> {
    stop.await;
    turns(random.u8(..8)).await;
    match random.u8(..8) {
        0 => Err("cannot clean up"),
        1 => panics("a panic of a clean-up"),
        _ => Ok(()),
    }
}

fn spawn(random: &mut Rng, group: &Group, scopes: &Scopes) {
    let fork = random.fork();
    match random.u8(..8) {
        0 => drop(group.spawn_group(scopes.child(scope(fork, scopes.clone())))),
        1 => drop(group.spawn_with_token(|stop| {
            scopes.child(cleans_up(fork, async move { stop.cancelled().await }))
        })),
        2 => drop(group.spawn_with_token(|_| scopes.child(cleans_up(fork, turns(20))))),
        _ => drop(group.spawn(scopes.child(child(fork, group.clone(), scopes.clone())))),
    }
}

/// A scope of a few children. Boxed, because its children open such scopes too.
fn scope(
    mut random: Rng,
    outer: Scopes,
) -> BoxFuture<'static, Result<(), ErrorGroup<&'static str>>> {
    async move {
        let scopes = outer.inner();
        let stop = random.u8(..40);
        let scope = Group::scope_until(turns(stop), async |group| {
            for _ in 0..random.u8(..8) {
                spawn(&mut random, &group, &scopes);
                turns(random.u8(..2)).await;
            }
            match random.u8(..8) {
                0 => Err("the body")?,
                1 => panics("a panic of the body"),
                2 => group.cancel(),
                _ => {}
            }
            Ok(())
        });
        let ended = AssertUnwindSafe(scope).catch_unwind().await;
        if scopes.alive_in_the_innermost() > 0 {
            scopes.outlived.set();
        }
        ended.unwrap_or_else(|panic| resume_unwind(panic)).map(drop)
    }
    .boxed()
}

/// An outermost scope, half of the time dropped half-way.
async fn round(mut random: Rng) {
    let scopes = Scopes::default().inner();
    let scope = tokio::spawn(scopes.child(scope(random.fork(), scopes.clone())));
    if random.bool() {
        turns(random.u8(..40)).await;
        scope.abort();
    }
    let _ = scope.await; // it may have panicked or been dropped

    // A dropped outermost scope does not wait for its children, but they stop.
    while scopes.alive_in_the_innermost() > 0 {
        yield_now().await;
    }
    assert!(!scopes.outlived.is_set(), "a child outlives its scope");
}

#[test]
fn no_child_is_alive_after_its_scope() {
    on_both_runtimes(async || {
        let mut random = Rng::with_seed(7);
        for _ in 0..100 {
            round(random.fork()).await;
        }
    });
}
