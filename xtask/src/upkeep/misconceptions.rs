//! `cargo xtask misconceptions`.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::lessons::{Lesson, Workspace};

#[derive(clap::Args)]
pub struct Options {}

pub fn run(_options: &Options) -> Result<ExitCode, Failure> {
    Err(Failure::failed("not here yet"))
}

/// The names of the misconceptions that this test detects.
pub fn for_test(_workspace: &Workspace, lesson: &Lesson, test: &str) -> Vec<String> {
    let page = std::fs::read_to_string(lesson.folder.join("MISCONCEPTIONS.md")).unwrap_or_default();
    let name = test.rsplit("::").next().unwrap_or(test);
    page.split("\n## ")
        .filter(|section| section.contains(&format!("[`{name}`]")))
        .filter_map(|section| section.lines().next().map(String::from))
        .collect()
}
