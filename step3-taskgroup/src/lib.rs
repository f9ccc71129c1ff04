#![doc = include_str!("../README.md")]

mod error_group;
mod fetch;
mod task_group;

pub use error_group::{ErrorGroup, ErrorNode, Leaf, Leaves, TaskName, Tree};
pub use fetch::{fetch_all_taskgroup, fetch_all_taskgroup_tracking};
pub use task_group::{TaskGroup, TaskHandle};
