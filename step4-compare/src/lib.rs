#![doc = include_str!("../README.md")]

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
pub use report::RunReport;
pub use run::{Run, run_collecting, run_with_gather, run_with_taskgroup};
pub use scenario::{Scenario, ScenarioError, answer_scenarios, parse_scenario};
pub use timeline::{Caller, CallerResult, JobLane, Mode, Outcome, Timeline};
pub use virtual_time::on_virtual_time;
