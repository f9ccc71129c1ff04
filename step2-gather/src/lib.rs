//! Lesson 2: gather. One failure, and the siblings run on.
//!
//! [`gather`] and [`gather_settled`] run futures as tasks and wait as `asyncio.gather` does, without
//! and with `return_exceptions`. [`fetch_all_strict`] and [`fetch_all_collecting`] fetch many pages
//! with them. [`fetch_all_try_join`] drops the siblings of a failure instead.
//!
//! The lesson's page is `README.md` in the crate's folder. It builds this code step by step.

mod fetch;
mod gather;

pub use fetch::{fetch_all_collecting, fetch_all_strict, fetch_all_try_join};
pub use gather::{gather, gather_settled};

// Runs the Rust blocks of the page as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
