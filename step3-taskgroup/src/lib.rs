//! Lesson 3: TaskGroup. The siblings get an owner.
//!
//! [`TaskGroup::scope`] owns the tasks that are spawned in it: the first failure cancels the others, the
//! scope waits for all of them, and returns every failure in an [`ErrorGroup`]. [`fetch_all_taskgroup`]
//! and [`fetch_all_taskgroup_tracking`] fetch many pages with it. [`mini`] is the same idea, without the rest.
//!
//! The lesson's page is `README.md` in the crate's folder. It builds this code step by step.

mod error_group;
mod fetch;
pub mod mini;
mod task_group;

pub use error_group::{ErrorGroup, ErrorNode, Leaf, Leaves, TaskName, Tree};
pub use fetch::{fetch_all_taskgroup, fetch_all_taskgroup_tracking};
pub use task_group::{TaskGroup, TaskHandle};

// Runs the Rust blocks of the page as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
