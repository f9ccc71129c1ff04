//! How many retries a host may cost.

use std::collections::HashMap;
use std::env;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::Config;
use step7_bounded_retry::RetryPolicy;
use step7_bounded_retry::engine::{AttemptError, Failure, Settings, collect};
use tokio::runtime::Builder;
use tokio::time::timeout;

/// No run here takes so long. On the paused clock, a run that hangs reaches it at once.
const LIMIT: Duration = Duration::from_secs(24 * 60 * 60);
/// What a host may cost before a success gives something back.
const BUDGET: u32 = 500;

#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Reset,
    Stall,
}

impl Fault {
    /// What a retry after it costs.
    fn cost(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Reset => 5,
            Self::Stall => 10,
        }
    }
}

/// What the attempts of one URL do, in order; further attempts do the same as the last one.
type Script = (u8, Vec<Fault>);

/// All hosts of a run are as bad as this.
fn scripts() -> impl Strategy<Value = Vec<Script>> {
    (0..3_u32, 0..6_u32, 0..3_u32).prop_flat_map(|(none, reset, stall)| {
        let fault = prop_oneof![
            1 + 2 * none => Just(Fault::None),
            1 + reset => Just(Fault::Reset),
            1 + stall => Just(Fault::Stall),
        ];
        prop::collection::vec((0..2_u8, prop::collection::vec(fault, 1..6)), 100..400)
    })
}

/// Each run has hundreds of URLs.
fn few() -> Config {
    if env::var_os("PROPTEST_CASES").is_some() {
        return Config::default();
    }
    let long = env::var_os("LONG_TESTS").is_some();
    Config::with_cases(if long { 500 } else { 10 })
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn a_host_never_costs_more_retries_than_its_budget_and_what_successes_give_back(
        scripts in scripts(),
        max_attempts in 2..7_u32,
    ) {
        let settings = Settings {
            retry: RetryPolicy {
                max_attempts: max_attempts.try_into().unwrap(),
                ..RetryPolicy::default()
            },
            deadline: LIMIT,
            ..Settings::default()
        };
        let urls: Vec<_> = scripts
            .iter()
            .map(|(host, _)| format!("http://host-{host}.test/"))
            .collect();
        let fault = |script: &Script, attempt: usize| script.1[attempt.min(script.1.len() - 1)];
        let attempts = Arc::new(Mutex::new(HashMap::<u64, usize>::new()));
        let of_attempts = scripts.clone();
        let run = collect(settings, urls, move |request| {
            let mut attempts = attempts.lock().unwrap();
            let attempt = attempts.entry(request.index).or_default();
            let script = &of_attempts[usize::try_from(request.index).unwrap()];
            let fault = fault(script, *attempt);
            *attempt += 1;
            async move {
                match fault {
                    Fault::None => Ok(()),
                    Fault::Reset => Err(AttemptError::Send("reset".into())),
                    Fault::Stall => pending().await,
                }
            }
        });
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let outcomes = runtime.block_on(async { timeout(LIMIT, run).await });
        let outcomes = outcomes.expect("the run hangs");

        let (mut spent, mut returned, mut refused) = ([0; 2], [0; 2], [false; 2]);
        for (script, outcome) in scripts.iter().zip(outcomes) {
            let host = usize::from(script.0);
            let retries = outcome.attempts as usize - 1;
            let mut costs = (0..retries).map(|attempt| fault(script, attempt).cost());
            spent[host] += costs.clone().sum::<u32>();
            if outcome.result.is_ok() {
                returned[host] += costs.next_back().unwrap_or(1);
            }
            refused[host] |= matches!(outcome.result, Err(Failure::BudgetSpent(_)));
        }
        for host in 0..2 {
            prop_assert!(spent[host] <= BUDGET + returned[host], "{spent:?}, {returned:?}");
            // Less is left than the most that a retry costs.
            prop_assert!(!refused[host] || spent[host] > BUDGET - 10, "{spent:?}");
        }
    }
}
