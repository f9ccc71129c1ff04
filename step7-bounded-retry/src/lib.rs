//! Fetches many URLs, with retries and with a limit on the attempts that run at a time.
//!
//! - [`retry`] makes attempts until one succeeds. [`RetryPolicy`] says how many and how long to wait in
//!   between; [`classify_error`] says which errors are worth another attempt.
//! - [`fetch_all_with_gather_retry`] fetches all URLs at once, [`fetch_all_with_taskgroup_bounded`] a few
//!   at a time. Both return a [`FetchOutcome`] for each URL. [`fetch_all_taskgroup_strict`] returns all
//!   pages, or a group of all failures.
//! - [`engine`] does the same for millions of URLs: it treats each host as a unit, heeds `Retry-After`, and
//!   uses a bounded amount of memory. The program `asyncfetch` is built on it.
//!
//! The lesson is in the crate's `README.md`; `ENGINE.md` and `ASYNCFETCH.md` beside it are about the engine
//! and the program.

mod classify;
mod meter;
mod outcome;
mod partition;
mod policy;
mod retry;
mod runners;

pub mod engine;

pub use classify::{classify_error, is_retriable_status};
pub use meter::{ConcurrencyMeter, InFlight};
pub use outcome::FetchOutcome;
pub use policy::RetryPolicy;
pub use retry::retry;
pub use runners::{
    fetch_all_taskgroup_strict, fetch_all_with_gather_retry, fetch_all_with_taskgroup_bounded,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
