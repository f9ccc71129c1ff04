#![doc = include_str!("../README.md")]

mod fetch;
mod gather;

pub use fetch::{fetch_all_collecting, fetch_all_strict, fetch_all_try_join};
pub use gather::{gather, gather_settled};
