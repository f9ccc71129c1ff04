//! What holds for every policy, every header and every run, on cases that nobody thought of.
//!
//! `PROPTEST_CASES=1000000 cargo test -p step7-bounded-retry --test laws` looks longer.

mod retry_after;
mod run;
mod threads;
mod waits;
