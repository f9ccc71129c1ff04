//! `cargo xtask pack`.

use std::process::ExitCode;

use crate::failure::Failure;

#[derive(clap::Args)]
pub struct Options {}

pub fn run(_options: &Options) -> Result<ExitCode, Failure> {
    Err(Failure::failed("not here yet"))
}
