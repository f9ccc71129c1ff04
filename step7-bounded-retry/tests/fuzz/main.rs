//! What reads the outside world, fed with what nobody would send.
//!
//! `PROPTEST_CASES=1000000 cargo test -p step7-bounded-retry --test fuzz` feeds it
//! for longer.

mod edits;
mod retry_after;
mod urls;
