//! Sorts the failures of a task group by type, and keeps the results that are not affected.
//!
//! - [`route`] splits an error group into two halves of the same shape. [`split`], [`subgroup`],
//!   [`split_type`] and [`map_errors`] are built on it.
//! - [`Except`] passes the errors to handlers, one type after the other, as `except*` does in Python.
//! - [`run_with_except_star`] and [`collect_with_selective_reraise`] run jobs and sort their failures
//!   afterwards. [`run_keeping_tolerable`] decides in each child whether a failure is tolerable, so
//!   that a tolerable one does not cancel the siblings.
//!
//! The lesson is in the crate's `README.md`.

mod except;
mod failure;
mod jobs;
mod route;
mod runners;

pub use except::Except;
pub use failure::{BoxError, FatalError, TolerableError, split_tolerable};
pub use jobs::{PartialJob, PartialReport};
pub use route::{map_errors, route, split, split_type, subgroup};
pub use runners::{collect_with_selective_reraise, run_keeping_tolerable, run_with_except_star};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
