//! The commands, each by what it prints, what it writes, and its exit code.
//!
//! One program, so that its tests run at the same time. `cargo test -p xtask --test commands learn` runs
//! those of one command.

mod agenda;
mod doctor;
mod learn;
mod misconceptions;
mod pack;
mod pages;
mod parity;
mod predict;
mod run;
#[path = "../support/mod.rs"]
mod support;
mod timeline;
#[path = "../support/workspace.rs"]
mod workspace;
