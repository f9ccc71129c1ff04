//! Properties of what reads untrusted input: lines and URLs.
//!
//! `PROPTEST_CASES=1000000 cargo test -p step7-bounded-retry --test input_properties` tries more cases.

mod edits;
mod lines;
mod urls;
