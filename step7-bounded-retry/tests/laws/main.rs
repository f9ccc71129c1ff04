//! What holds for every policy and every run, on cases that nobody thought of.
//!
//! `PROPTEST_CASES=1000000 cargo test -p step7-bounded-retry --test laws` looks longer.

mod run;
mod threads;
mod waits;
