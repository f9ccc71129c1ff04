#![doc = include_str!("../README.md")]

mod answers;
mod comparison;
mod job;
mod job_text;
mod lanes;
mod line;
mod nested;
mod recording;
mod report;
mod run;
mod scale;
mod scenario;
mod svg;
mod timeline;

pub use answers::answer_scenarios;
pub use comparison::print_comparison;
pub use job::JobSpec;
pub use job_text::{JobTextError, parse_jobs};
pub use lanes::lanes;
pub use line::{Line, ScenarioError, parse_line};
pub use report::RunReport;
pub use run::{Run, on_virtual_time, run_collecting, run_with_gather, run_with_taskgroup};
pub use scenario::Scenario;
pub use svg::svg;
pub use timeline::{Answer, Caller, JobLane, Mode, Outcome, Timeline};
