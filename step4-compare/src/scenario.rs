use crate::{
    JobSpec, Timeline, on_virtual_time, run_collecting, run_with_gather, run_with_taskgroup,
};

/// A list of jobs with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// In spawn order.
    pub jobs: Vec<JobSpec>,
}

impl Scenario {
    /// The scenarios that the lesson shows.
    #[must_use]
    pub fn built_in() -> Vec<Self> {
        let scenario = |name: &str, jobs: &[JobSpec]| Self {
            name: name.to_owned(),
            jobs: jobs.to_vec(),
        };
        vec![
            scenario(
                "two-jobs",
                &[
                    JobSpec::completes("slow_ok", 50),
                    JobSpec::fails("quick_fail", 10, "boom"),
                ],
            ),
            scenario(
                "three-fetches",
                &[
                    JobSpec::completes("A", 500),
                    JobSpec::fails("B", 1000, "B blew up"),
                    JobSpec::completes("C", 2000),
                ],
            ),
            scenario(
                "same-tick",
                &[
                    JobSpec::completes("early", 10),
                    JobSpec::fails("first", 20, "disk full"),
                    JobSpec::fails("second", 20, "no route"),
                    JobSpec::completes("tied", 20),
                    JobSpec::fails("later", 30, "too late"),
                    JobSpec::completes("slow", 40),
                ],
            ),
        ]
    }

    /// Runs the jobs in each [`Mode`](crate::Mode), on virtual time.
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
