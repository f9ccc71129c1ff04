//! What the same jobs do, as a rule, held against random scenarios.
//!
//! Let `order` be the jobs sorted by delay, ties in spawn order, and `T` the earliest delay of a
//! job that fails. The rules below were first held against CPython; see the lesson's page.

use std::time::Duration;

use step4_compare::{
    JobSpec, RunReport, on_virtual_time, run_collecting, run_with_gather, run_with_taskgroup,
};

/// A small generator (xorshift): the same scenarios in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// Few delays for many jobs, so that most scenarios have ties; in some many, in some none.
    fn jobs(&mut self) -> Vec<JobSpec> {
        let most = if self.below(50) == 0 { 200 } else { 10 };
        let count = self.below(most);
        let delays = 1 + self.below(12);
        let failing = self.below(4);
        (0..count)
            .map(|index| {
                let pick = usize::try_from(self.below(4)).unwrap_or(0);
                let delay = self.below(delays) * [0, 1, 7, 1000][pick];
                let name = format!("job {index}");
                if self.below(4) < failing {
                    JobSpec::fails(&name, delay, &format!("{name} failed"))
                } else {
                    JobSpec::completes(&name, delay)
                }
            })
            .collect()
    }
}

fn names<'a>(jobs: impl IntoIterator<Item = &'a JobSpec>) -> Vec<String> {
    jobs.into_iter().map(|job| job.name.clone()).collect()
}

fn failures<'a>(jobs: impl IntoIterator<Item = &'a JobSpec>) -> Vec<String> {
    jobs.into_iter()
        .filter_map(|job| job.fail.clone())
        .collect()
}

#[test]
fn random_scenarios_obey_the_rules() {
    let mut random = Random(0x5eed);
    for _ in 0..1_000 {
        obeys_the_rules(&random.jobs());
    }
}

fn obeys_the_rules(jobs: &[JobSpec]) {
    let mut order: Vec<_> = jobs.iter().collect();
    order.sort_by_key(|job| job.delay);
    let first_failure = order.iter().find(|job| job.fail.is_some());
    let t = first_failure.map_or(Duration::MAX, |job| job.delay);
    let completing = || order.iter().copied().filter(|job| job.fail.is_none());

    let run = jobs.to_vec();
    let (gather, (collect, results), taskgroup) = on_virtual_time(async move {
        (
            run_with_gather(&run).await,
            run_collecting(&run).await,
            run_with_taskgroup(&run).await,
        )
    });

    let settled = RunReport {
        completed: names(completing()),
        raised: first_failure.and_then(|job| job.fail.clone()),
        ..RunReport::default()
    };
    assert_eq!(gather.settled, settled, "{jobs:?}");
    let at_return = RunReport {
        completed: names(completing().filter(|job| job.delay <= t)),
        ..settled
    };
    assert_eq!(gather.at_return, at_return, "{jobs:?}");

    let collected = RunReport {
        completed: names(completing()),
        aggregated: failures(jobs),
        ..RunReport::default()
    };
    assert_eq!(collect.settled, collected, "{jobs:?}");
    assert_eq!(collect.at_return, collected, "{jobs:?}");
    let in_place = jobs
        .iter()
        .map(|job| job.fail.clone().map_or(Ok(job.name.clone()), Err));
    assert_eq!(results, in_place.collect::<Vec<_>>(), "{jobs:?}");

    let mut expected = RunReport {
        completed: names(completing().filter(|job| job.delay <= t)),
        cancelled: names(jobs.iter().filter(|job| job.delay > t)),
        raised: taskgroup.settled.raised.clone(),
        aggregated: failures(jobs.iter().filter(|job| job.delay == t)),
    };
    assert_eq!(taskgroup.settled, expected, "{jobs:?}");
    assert_eq!(
        taskgroup.at_return, expected,
        "nothing happens after the scope: {jobs:?}"
    );
    expected.raised = None;
    assert_eq!(
        taskgroup.settled.raised.is_none(),
        expected.aggregated.is_empty(),
        "{jobs:?}"
    );
}
