//! Commands for maintainers.

pub mod misconceptions;
pub mod pages;
pub mod parity;
mod patch;
