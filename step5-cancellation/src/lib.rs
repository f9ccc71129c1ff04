//! Lesson 5: cancellation. Do the resources close?
//!
//! [`tracked_resource`] opens a resource that closes when it is dropped, and a [`ResourceLog`] knows
//! which resources are still open. Three workers hold one: [`careful_worker`] is dropped at its await,
//! [`cleaning_worker`] is signalled and cleans up asynchronously, and [`swallowing_worker`] ignores the
//! signal. The `run_*` functions run two workers in a gather or in a group, beside a failure or under
//! a time limit.
//!
//! [`with_grace_period`] limits a clean-up, [`spawn_blocking_in`] makes a scope wait for a thread, and
//! [`race`] returns the first success and cancels the rest.
//!
//! The lesson's page is `README.md` in the crate's folder. It builds this code step by step.

mod blocking;
mod grace;
mod race;
mod resource_log;
mod runners;
mod workers;

pub use blocking::spawn_blocking_in;
pub use grace::with_grace_period;
pub use race::race;
pub use resource_log::{ResourceLog, TrackedResource, tracked_resource};
pub use runners::{
    run_futures_under_timeout, run_gather_under_timeout, run_taskgroup_clean,
    run_taskgroup_under_deadline, run_taskgroup_with_one_failure,
};
pub use workers::{careful_worker, cleaning_worker, swallowing_worker};

// Runs the Rust blocks of the page as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
