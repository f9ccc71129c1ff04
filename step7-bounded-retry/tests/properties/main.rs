//! Properties of every policy and every run, on random cases.
//!
//! `LONG_TESTS=1` tries more cases, and `PROPTEST_CASES=100000` as many as it says.

mod run;
mod threads;
mod waits;

use std::env;

use proptest::test_runner::Config;

/// For properties of a whole run, of which each case takes a while.
fn runs() -> Config {
    let all = ["LONG_TESTS", "PROPTEST_CASES"].map(env::var_os);
    if all.iter().any(Option::is_some) {
        Config::default()
    } else {
        Config::with_cases(64)
    }
}
