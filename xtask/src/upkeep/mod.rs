//! Commands for maintainers.

mod console;
pub mod links;
mod listing;
pub mod misconceptions;
pub mod pages;
pub mod parity;
mod scratch;
mod wrong_solution;
