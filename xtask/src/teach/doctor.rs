//! `cargo xtask doctor`.

use std::process::ExitCode;

use crate::failure::Failure;

pub fn run() -> Result<ExitCode, Failure> {
    Err(Failure::failed("not here yet"))
}
