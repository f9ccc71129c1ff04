//! Runs on two threads, where tasks run at the same time. No attempt sleeps: each yields a random
//! number of times instead.

use std::collections::HashSet;
use std::env;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use futures_util::{FutureExt, StreamExt, stream};
use step7_bounded_retry::engine::{AttemptError, Request, Settings, stream};
use step7_bounded_retry::{ConcurrencyMeter, RetryPolicy};
use tokio::runtime::Handle;
use tokio::task::yield_now;
use tokio::time::timeout;

async fn yields(count: u8) {
    for _ in 0..count {
        yield_now().await;
    }
}

/// One run. It may be stopped or dropped, and an attempt may panic.
async fn run(random: &mut Rng) {
    let most = random.usize(1..5);
    let settings = Settings {
        max_concurrency: most.try_into().unwrap(),
        max_waiting: random.usize(1..1_000),
        retry: RetryPolicy::default(),
        ..Settings::default()
    };
    let urls = random.u64(..30);
    let panics = random.u64(..200);
    let stopped_after = random.bool().then(|| random.u8(..));
    let dropped_after = random.bool().then(|| random.u8(..));

    let seed = random.u64(..);
    let in_flight = ConcurrencyMeter::default();
    let meter = in_flight.clone();
    let attempt = move |request: Arc<Request>| {
        let mut random = Rng::with_seed(seed ^ request.index);
        let entered = meter.enter();
        async move {
            let _entered = entered;
            yields(random.u8(..8)).await;
            match random.u8(..3) {
                // Not `panic!`, which would print a message.
                _ if request.index == panics => resume_unwind(Box::new("a panic")),
                0 => Err(AttemptError::Send("reset".into())),
                1 => Err(AttemptError::BodyTooLarge { limit: 1 }),
                _ => Ok(()),
            }
        }
    };

    let after = |count: Option<u8>| async move {
        match count {
            Some(count) => yields(count).await,
            None => std::future::pending().await,
        }
    };
    let mut accepted = 0;
    let mut indexes = Vec::new();
    let ended = {
        let urls = stream::iter(0..urls).map(|_| {
            accepted += 1;
            "http://host.test/".to_owned()
        });
        let mut stream = pin!(stream(settings, urls, after(stopped_after), attempt));
        let all = async {
            while let Some(outcome) = stream.next().await {
                indexes.push(outcome.index);
            }
        };
        tokio::select! {
            ended = AssertUnwindSafe(all).catch_unwind() => Some(ended),
            () = after(dropped_after) => None,
        }
    };

    assert!(in_flight.peak() <= most, "the cap is exceeded");
    let different: HashSet<_> = indexes.iter().collect();
    assert_eq!(different.len(), indexes.len(), "a URL has two outcomes");
    match ended {
        // Dropping the stream does not wait for the attempts, but they end.
        None => {
            while in_flight.in_flight() > 0 {
                yield_now().await;
            }
        }
        Some(ended) => {
            assert_eq!(in_flight.in_flight(), 0, "an attempt outlives its run");
            if ended.is_ok() {
                assert_eq!(indexes.len(), accepted, "a URL has no outcome");
                assert!(stopped_after.is_some() || indexes.len() as u64 == urls);
            } else {
                assert!(panics < urls);
            }
        }
    }
    while Handle::current().metrics().num_alive_tasks() > 0 {
        yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_two_threads_nothing_outlives_its_run() {
    let mut random = Rng::with_seed(7);
    let rounds = if env::var_os("LONG_TESTS").is_some() {
        2_000
    } else {
        50
    };
    for round in 0..rounds {
        timeout(Duration::from_secs(30), run(&mut random))
            .await
            .unwrap_or_else(|_| panic!("round {round} hangs"));
    }
}
