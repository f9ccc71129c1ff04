#![doc = include_str!("../README.md")]

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
