#![doc = include_str!("../README.md")]

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
