//! Lists of jobs with a name, and the same lists as lines of JSON.

mod report;
mod spec;

pub use report::answer_scenarios;
pub use spec::{ScenarioError, parse_scenario};

use crate::{
    JobSpec, Timeline, on_virtual_time, parse_jobs, run_collecting, run_with_gather,
    run_with_taskgroup,
};

const BUILT_IN: [(&str, &[&str]); 3] = [
    ("two-jobs", &["slow_ok=50ms", "quick_fail=10ms:fail=boom"]),
    ("three-fetches", &["A=500ms", "B=1s:fail=B blew up", "C=2s"]),
    (
        "same-tick",
        &[
            "early=10ms",
            "first=20ms:fail=disk full",
            "second=20ms:fail=no route",
            "tied=20ms",
            "later=30ms:fail=too late",
            "slow=40ms",
        ],
    ),
];

/// A list of jobs with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The title of its timelines; may be empty.
    pub name: String,
    /// The jobs, in spawn order.
    pub jobs: Vec<JobSpec>,
}

impl Scenario {
    /// The scenarios that the lesson shows: `two-jobs`, `three-fetches` and `same-tick`.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "they are scenarios")]
    pub fn built_in() -> [Self; 3] {
        BUILT_IN.map(|(name, jobs)| Self {
            name: name.to_owned(),
            jobs: parse_jobs(jobs.iter().copied()).expect("a list of jobs"),
        })
    }

    /// Runs the jobs in each [`Mode`](crate::Mode), on virtual time: the gather's timeline, the
    /// collecting one's and the `TaskGroup`'s. It can be called within a runtime.
    ///
    /// # Panics
    ///
    /// As [`on_virtual_time`]: when the system refuses a thread or a runtime. No job panics.
    #[must_use]
    pub fn play(&self) -> [Timeline; 3] {
        let jobs = self.jobs.clone();
        let timelines = on_virtual_time(async move {
            [
                run_with_gather(&jobs).await.timeline,
                run_collecting(&jobs).await.0.timeline,
                run_with_taskgroup(&jobs).await.timeline,
            ]
        });
        timelines.map(|timeline| Timeline {
            scenario: self.name.clone(),
            ..timeline
        })
    }
}
