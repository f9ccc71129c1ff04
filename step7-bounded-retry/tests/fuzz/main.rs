//! What reads the outside world, fed with what nobody would send.
//!
//! `PROPTEST_CASES=1000000 cargo test -p step7-bounded-retry --all-features --test fuzz` feeds it for
//! longer.

mod edits;
// That of the program, which is not there without the feature.

mod input;
mod retry_after;
mod urls;
