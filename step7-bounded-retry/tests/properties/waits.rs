//! How long the engine waits between two attempts.

use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use reqwest::StatusCode;
use step7_bounded_retry::RetryPolicy;
use step7_bounded_retry::engine::{AttemptError, Jitter, Settings, collect};
use tokio::runtime::Builder;
use tokio::time::{Instant, timeout};

use crate::runs;

/// The precision of a tokio timer.
const TICK: Duration = Duration::from_millis(1);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn policy(base_delay: Duration, multiplier: f64) -> RetryPolicy {
    RetryPolicy {
        base_delay,
        multiplier,
        ..RetryPolicy::default()
    }
}

/// From zero to the longest duration, with every order of magnitude equally likely.
fn durations() -> impl Strategy<Value = Duration> {
    let nanoseconds = (any::<u64>(), 0..64_u32).prop_map(|(bits, shift)| bits >> shift);
    prop_oneof![
        nanoseconds.prop_map(Duration::from_nanos),
        any::<Duration>(),
        Just(Duration::ZERO),
        Just(Duration::MAX),
    ]
}

fn multipliers() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..4.0, any::<u64>().prop_map(f64::from_bits)]
}

/// The waits between six attempts of one URL, if all but the last are answered with a Retry-After of
/// `asked`.
fn waits(settings: Settings, asked: Duration) -> Vec<Duration> {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let starts = Arc::new(Mutex::new(Vec::new()));
    let attempts = Arc::clone(&starts);
    let run = collect(settings, ["http://host.test/"], move |_| {
        let mut attempts = attempts.lock().unwrap();
        attempts.push(Instant::now());
        let refused = AttemptError::Status {
            status: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: Some(asked),
        };
        ready(if attempts.len() < 6 {
            Err(refused)
        } else {
            Ok(())
        })
    });
    let run = async { timeout(2 * YEAR, run).await };
    runtime.block_on(run).expect("the run hangs");
    let starts = starts.lock().unwrap();
    starts.windows(2).map(|two| two[1] - two[0]).collect()
}

proptest! {
    #[test]
    fn the_backoff_never_shrinks(
        base_delay in durations(),
        multiplier in prop_oneof![1.0..4.0, 1.0_f64.., Just(f64::INFINITY)],
        attempt in prop_oneof![1..100_u32, 1_u32..],
    ) {
        let policy = policy(base_delay, multiplier);
        prop_assert!(policy.backoff(attempt) <= policy.backoff(attempt.saturating_add(1)));
    }

    #[test]
    fn no_policy_makes_the_backoff_panic(
        base_delay in durations(),
        multiplier in multipliers(),
        attempt in prop_oneof![0..100_u32, any::<u32>()],
    ) {
        let _ = policy(base_delay, multiplier).backoff(attempt);
    }

    #[test]
    fn a_delay_is_at_least_retry_after_and_at_most_the_backoff_more(
        floor in durations(),
        backoff in durations(),
        random in prop_oneof![0.0..1.0, any::<u64>().prop_map(f64::from_bits)],
    ) {
        let longest = floor.saturating_add(backoff);
        let delay = Jitter::Full.delay(floor, backoff, random);
        prop_assert!(floor <= delay && delay <= longest);
        prop_assert_eq!(Jitter::None.delay(floor, backoff, random), longest);
    }
}

proptest! {
    #![proptest_config(runs())]

    #[test]
    fn a_wait_is_retry_after_and_half_a_base_delay_or_without_one_the_backoff(
        base_delay in durations(),
        multiplier in multipliers(),
        max_delay in 0..10_000_u64,
        asked in prop_oneof![1 => Just(0), 9 => 0..10_000_u64],
        full: bool,
    ) {
        let (max_delay, asked) = (Duration::from_millis(max_delay), Duration::from_millis(asked));
        let settings = Settings {
            retry: policy(base_delay, multiplier),
            max_delay,
            jitter: if full { Jitter::Full } else { Jitter::None },
            deadline: YEAR,
            ..Settings::default()
        };
        let waits = waits(settings, asked);

        if asked.is_zero() {
            // As if there were no Retry-After: the URL has its own attempts and backoff.
            prop_assert_eq!(waits.len(), 2);
            for (attempt, wait) in (1..).zip(waits) {
                let backoff = settings.retry.backoff(attempt).min(max_delay);
                prop_assert!(wait <= backoff + TICK, "{wait:?}");
                prop_assert!(full || backoff <= wait, "{wait:?}");
            }
            return Ok(());
        }
        prop_assert_eq!(waits.len(), 5);
        let spread = base_delay.min(max_delay) / 2;
        for wait in waits {
            prop_assert!(asked <= wait && wait <= asked + spread + TICK, "{wait:?}");
            if !full {
                prop_assert!(asked + spread <= wait, "{wait:?}");
            }
        }
    }
}
