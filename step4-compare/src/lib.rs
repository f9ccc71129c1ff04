//! Lesson 4: the same jobs, run by a gather and by a `TaskGroup`, side by side.
//!
//! The runners return a [`Run`] of a list of [`JobSpec`]s: reports, and a [`Timeline`]. The lesson's
//! page is `README.md` in the crate's folder. It builds this code step by step.

mod comparison;
mod draw;
mod job;
mod job_parse;
mod recording;
mod report;
mod run;
mod scenario;
mod timeline;
mod virtual_time;

pub use comparison::print_comparison;
pub use draw::{render_svg, render_text};
pub use job::JobSpec;
pub use job_parse::{JobParseError, parse_jobs};
pub use recording::{Events, Recording, RunningJob};
pub use report::RunReport;
pub use run::{Run, run_collecting, run_with_gather, run_with_taskgroup};
pub use scenario::{Scenario, ScenarioError, answer_scenarios, parse_scenario};
pub use timeline::{Caller, CallerResult, JobLane, Mode, Outcome, Timeline};
pub use virtual_time::on_virtual_time;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
