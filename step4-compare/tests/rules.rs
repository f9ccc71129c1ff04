//! The rules of the three modes, on random scenarios.
//!
//! T is the earliest delay of a job that fails. `cargo xtask parity` holds CPython to the same
//! rules; see PARITY.md.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use step4_compare::{
    JobSpec, RunReport, on_virtual_time, run_collecting, run_with_gather, run_with_taskgroup,
};
use tokio::time::timeout;

/// Runs `work` on virtual time. If it hangs, only the limit is left to wait for.
fn play<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let limit = Duration::from_secs(24 * 60 * 60);
    on_virtual_time(async move { timeout(limit, work).await.expect("it hangs") })
}

/// Few delays for many jobs, so that most scenarios have ties: some many, some none.
fn scenarios() -> impl Strategy<Value = Vec<JobSpec>> {
    let count = prop_oneof![9 => 0..10_usize, 1 => 0..100_usize];
    let settings = (count, 1..12_u64, 0..4_u8);
    let jobs = settings.prop_flat_map(|(count, delays, failing)| {
        let unit = prop_oneof![Just(0), Just(1), Just(7), Just(1000)];
        vec((0..delays, unit, 0..4_u8), count).prop_map(move |jobs| {
            let jobs = jobs.into_iter().enumerate();
            let jobs = jobs.map(|(index, (delay, unit, dice))| {
                let name = format!("job {index}");
                if dice < failing {
                    JobSpec::fails(&name, delay * unit, &format!("{name} failed"))
                } else {
                    JobSpec::completes(&name, delay * unit)
                }
            });
            jobs.collect()
        })
    });
    jobs.boxed()
}

/// The jobs in the order of their delays, those of the same delay in spawn order; and T.
fn by_delay(jobs: &[JobSpec]) -> (Vec<&JobSpec>, Duration) {
    let mut order: Vec<_> = jobs.iter().collect();
    order.sort_by_key(|job| job.delay);
    let first_failure = order.iter().find(|job| job.fail.is_some());
    let t = first_failure.map_or(Duration::MAX, |job| job.delay);
    (order, t)
}

fn completing<'a>(jobs: impl IntoIterator<Item = &'a JobSpec>) -> Vec<String> {
    let jobs = jobs.into_iter().filter(|job| job.fail.is_none());
    jobs.map(|job| job.name.clone()).collect()
}

fn failures<'a>(jobs: impl IntoIterator<Item = &'a JobSpec>) -> Vec<String> {
    let jobs = jobs.into_iter();
    jobs.filter_map(|job| job.fail.clone()).collect()
}

proptest! {
    #[test]
    fn a_gather_raises_the_first_failure_and_all_other_jobs_run_on(jobs in scenarios()) {
        let run = {
            let jobs = jobs.clone();
            play(async move { run_with_gather(&jobs).await })
        };

        let (order, t) = by_delay(&jobs);
        let settled = RunReport {
            completed: completing(order.iter().copied()),
            raised: failures(order.iter().copied()).into_iter().next(),
            ..RunReport::default()
        };
        prop_assert_eq!(&run.settled, &settled);
        let at_return = RunReport {
            completed: completing(order.into_iter().filter(|job| job.delay <= t)),
            ..settled
        };
        prop_assert_eq!(run.at_return, at_return);
    }

    #[test]
    fn collecting_waits_for_every_job_and_gives_its_result_in_its_place(jobs in scenarios()) {
        let (run, results) = {
            let jobs = jobs.clone();
            play(async move { run_collecting(&jobs).await })
        };

        let collected = RunReport {
            completed: completing(by_delay(&jobs).0),
            aggregated: failures(&jobs),
            ..RunReport::default()
        };
        prop_assert_eq!(&run.settled, &collected);
        prop_assert_eq!(run.at_return, collected);
        let in_place = jobs.into_iter().map(|job| job.fail.map_or(Ok(job.name), Err));
        prop_assert_eq!(results, in_place.collect::<Vec<_>>());
    }

    #[test]
    fn a_taskgroup_cancels_what_would_end_after_the_first_failure(jobs in scenarios()) {
        let run = {
            let jobs = jobs.clone();
            play(async move { run_with_taskgroup(&jobs).await })
        };

        let (order, t) = by_delay(&jobs);
        let raised = run.settled.raised.clone();
        let late = jobs.iter().filter(|job| job.delay > t);
        let expected = RunReport {
            completed: completing(order.into_iter().filter(|job| job.delay <= t)),
            cancelled: late.map(|job| job.name.clone()).collect(),
            raised: raised.clone(),
            aggregated: failures(jobs.iter().filter(|job| job.delay == t)),
        };
        prop_assert_eq!(&run.settled, &expected);
        prop_assert_eq!(raised.is_none(), expected.aggregated.is_empty());
        prop_assert_eq!(run.at_return, expected, "something happened after the scope");
    }
}
