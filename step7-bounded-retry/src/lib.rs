#![doc = include_str!("../README.md")]

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
