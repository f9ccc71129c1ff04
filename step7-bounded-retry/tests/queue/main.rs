//! `asyncfetch queue`, with a real Redis or Valkey server.
//!
//! Where none is installed, the tests say so and pass. With `QUEUE_TESTS=required` they fail.
#![cfg(unix)]

mod adding;
mod hosts;
mod killing;
mod program;
mod redis;
#[path = "../asyncfetch/run.rs"]
mod run;
mod trouble;
mod working;
