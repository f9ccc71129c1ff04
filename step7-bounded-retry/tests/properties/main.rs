//! Properties of every policy and every run, on random cases.
//!
//! `LONG_TESTS=1` tries more cases, and `PROPTEST_CASES=100000` that many.

mod budget;
mod run;
mod threads;
mod waits;

use std::env;

use proptest::test_runner::Config;

/// For properties of a whole run, of which each case takes a while.
fn runs() -> Config {
    if env::var_os("PROPTEST_CASES").is_some() {
        return Config::default();
    }
    let long = env::var_os("LONG_TESTS").is_some();
    Config::with_cases(if long { 2_000 } else { 64 })
}
