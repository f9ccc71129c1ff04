//! The same on more than one thread, where everybody runs while everybody else does. Nobody sleeps
//! here: what goes wrong does so after some turns.

use std::collections::HashSet;
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

async fn turns(count: u8) {
    for _ in 0..count {
        yield_now().await;
    }
}

/// One run. It is stopped, dropped, or has an attempt that panics, or none of these.
async fn run(random: &mut Rng) {
    let most = random.usize(1..5);
    let settings = Settings {
        max_concurrency: most.try_into().unwrap(),
        window: Some(random.usize(1..12).try_into().unwrap()),
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
            turns(random.u8(..8)).await;
            match random.u8(..3) {
                // Not `panic!`: the message of each would be printed.
                _ if request.index == panics => resume_unwind(Box::new("a panic")),
                0 => Err(AttemptError::Send("reset".into())),
                1 => Err(AttemptError::BodyTooLarge { limit: 1 }),
                _ => Ok(()),
            }
        }
    };

    let after = |count: Option<u8>| async move {
        match count {
            Some(count) => turns(count).await,
            None => std::future::pending().await,
        }
    };
    let mut taken_in = 0;
    let mut indexes = Vec::new();
    let ended = {
        let urls = stream::iter(0..urls).map(|_| {
            taken_in += 1;
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
        // Nobody waits for what a dropped stream leaves; it is gone all the same.
        None => {
            while in_flight.in_flight() > 0 {
                yield_now().await;
            }
        }
        Some(ended) => {
            assert_eq!(in_flight.in_flight(), 0, "an attempt outlives its run");
            if ended.is_ok() {
                assert_eq!(indexes.len(), taken_in, "a URL has no outcome");
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
async fn whatever_happens_on_more_than_one_thread_nothing_outlives_its_run() {
    let mut random = Rng::with_seed(7);
    for round in 0..200 {
        timeout(Duration::from_secs(30), run(&mut random))
            .await
            .unwrap_or_else(|_| panic!("round {round} never ended"));
    }
}
