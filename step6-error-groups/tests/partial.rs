//! Tolerable failures cancel their siblings in the article's form, and not when they are values.

use std::time::Duration;

use step3_taskgroup::{ErrorGroup, TaskGroup};
use step5_cancellation::{ResourceLog, tracked_resource};
use step6_error_groups::{
    BoxError, Except, FatalError, PartialJob, PartialReport, TolerableError,
    collect_with_selective_reraise, run_keeping_tolerable, run_with_except_star,
};
use tokio::time::Instant;

fn good(name: &'static str, at: u64) -> PartialJob {
    PartialJob::succeeds(name, at)
}

fn limited(name: &'static str, at: u64) -> PartialJob {
    PartialJob::fails(name, at, TolerableError("rate limit".to_owned()))
}

fn broken(name: &'static str, at: u64) -> PartialJob {
    PartialJob::fails(name, at, FatalError("no database".to_owned()))
}

fn odd(name: &'static str, at: u64) -> PartialJob {
    PartialJob::fails(name, at, "what is this")
}

fn lines<const N: usize>(lines: [&str; N]) -> Vec<String> {
    lines.map(str::to_owned).into()
}

/// A tolerable failure at once, a job that would succeed later, and another tolerable failure.
fn a_tolerable_failure_first() -> Vec<PartialJob> {
    vec![
        limited("limited", 0),
        good("good", 10),
        limited("limited too", 20),
    ]
}

#[tokio::test(start_paused = true)]
async fn without_a_failure_every_job_succeeds() {
    let jobs = || vec![good("b", 20), good("a", 10)];
    let all = PartialReport {
        succeeded: lines(["b", "a"]),
        ..PartialReport::default()
    };

    assert_eq!(run_with_except_star(jobs()).await.0, all);
    assert_eq!(collect_with_selective_reraise(jobs()).await.0, all);
    assert_eq!(run_keeping_tolerable(jobs()).await.0, all);
}

#[tokio::test(start_paused = true)]
async fn a_tolerable_failure_cancels_its_siblings_in_the_articles_form() {
    let (report, raised) = run_with_except_star(a_tolerable_failure_first()).await;

    // The article says that tolerable errors survive. The error does; its siblings are cancelled.
    let expected = PartialReport {
        tolerated: lines(["limited: rate limit"]),
        cancelled: lines(["good", "limited too"]),
        ..PartialReport::default()
    };
    assert_eq!(report, expected);
    assert!(raised.is_none());
}

#[tokio::test(start_paused = true)]
async fn after_only_tolerable_failures_nothing_is_left_to_raise() {
    let (report, rest) = collect_with_selective_reraise(a_tolerable_failure_first()).await;

    assert_eq!(report.tolerated, ["limited: rate limit"]);
    assert_eq!(report.fatal, lines([]));
    assert!(rest.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_tolerable_failure_that_is_a_value_cancels_no_sibling() {
    let (report, failed) = run_keeping_tolerable(a_tolerable_failure_first()).await;

    let expected = PartialReport {
        succeeded: lines(["good"]),
        tolerated: lines(["limited: rate limit", "limited too: rate limit"]),
        ..PartialReport::default()
    };
    assert_eq!(report, expected);
    assert!(failed.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_fatal_failure_cancels_what_is_left_and_every_job_is_in_one_bucket() {
    let (report, failed) = run_keeping_tolerable(vec![
        limited("limited", 5),
        good("good", 10),
        broken("broken", 20),
        good("slow", 30),
    ])
    .await;

    let expected = PartialReport {
        succeeded: lines(["good"]),
        tolerated: lines(["limited: rate limit"]),
        fatal: lines(["broken: no database"]),
        cancelled: lines(["slow"]),
    };
    assert_eq!(report, expected);
    let failed = failed.unwrap();
    assert!(failed.leaves().all(|leaf| leaf.error.is::<FatalError>()));
    assert_eq!(failed.to_string(), "1 error: no database");
}

#[tokio::test(start_paused = true)]
async fn failures_of_one_tick_are_routed_to_their_buckets_by_both_forms() {
    let jobs = || {
        vec![
            limited("limited", 10),
            broken("broken", 10),
            limited("limited too", 10),
        ]
    };
    let expected = PartialReport {
        tolerated: lines(["limited: rate limit", "limited too: rate limit"]),
        fatal: lines(["broken: no database"]),
        ..PartialReport::default()
    };

    let (report, raised) = run_with_except_star(jobs()).await;
    assert_eq!(report, expected);
    assert!(raised.is_none(), "a handler took the fatal error");
    let (report, rest) = collect_with_selective_reraise(jobs()).await;
    assert_eq!(report, expected);
    assert_eq!(rest.unwrap().to_string(), "1 error: no database");
}

#[tokio::test(start_paused = true)]
async fn an_unclassified_error_is_raised_by_one_form_and_filed_as_fatal_by_the_other() {
    let jobs = || vec![odd("odd", 10), broken("broken", 10)];

    let (report, raised) = run_with_except_star(jobs()).await;
    assert_eq!(report.fatal, ["broken: no database"]);
    assert_eq!(raised.unwrap().to_string(), "1 error: what is this");
    let (report, rest) = collect_with_selective_reraise(jobs()).await;
    assert_eq!(report.fatal, ["odd: what is this", "broken: no database"]);
    assert_eq!(
        rest.unwrap().to_string(),
        "2 errors: what is this; no database"
    );
}

#[tokio::test(start_paused = true)]
async fn an_unclassified_error_is_not_tolerated() {
    let (report, failed) = run_keeping_tolerable(vec![odd("odd", 10), good("slow", 20)]).await;

    let expected = PartialReport {
        fatal: lines(["odd: what is this"]),
        cancelled: lines(["slow"]),
        ..PartialReport::default()
    };
    assert_eq!(report, expected);
    assert_eq!(failed.unwrap().to_string(), "1 error: what is this");
}

#[tokio::test(start_paused = true)]
async fn every_job_is_in_exactly_one_bucket_for_every_mix_of_failures() {
    let kinds = [good, limited, broken, odd];
    // Three jobs, each of the four kinds and with each of the delays.
    let delays: &[u64] = if std::env::var_os("LONG_TESTS").is_some() {
        &[0, 10, 20]
    } else {
        &[0, 10]
    };
    let choices = kinds.len() * delays.len();
    for case in 0..choices.pow(3) {
        let digits = [case, case / choices, case / choices / choices];
        let jobs = || -> Vec<_> {
            [("a", digits[0]), ("b", digits[1]), ("c", digits[2])]
                .map(|(name, digit)| kinds[digit % 4](name, delays[digit / 4 % delays.len()]))
                .into()
        };

        for (report, _) in [
            run_keeping_tolerable(jobs()).await,
            collect_with_selective_reraise(jobs()).await,
        ] {
            assert_eq!(every_name(report, None), ["a", "b", "c"], "{:?}", jobs());
        }
        let (report, raised) = run_with_except_star(jobs()).await;
        assert_eq!(
            every_name(report, raised.as_ref()),
            ["a", "b", "c"],
            "{:?}",
            jobs()
        );
    }
}

/// All names in the buckets and in `raised`, repeated ones too.
fn every_name(report: PartialReport, raised: Option<&ErrorGroup<BoxError>>) -> Vec<String> {
    let PartialReport {
        succeeded,
        tolerated,
        fatal,
        cancelled,
    } = report;
    let mut all = [succeeded, tolerated, fatal, cancelled].concat();
    for line in &mut all {
        line.truncate(line.find(':').unwrap_or(line.len()));
    }
    let raised = raised.into_iter().flat_map(ErrorGroup::leaves);
    all.extend(raised.map(|leaf| leaf.task.to_string()));
    all.sort_unstable();
    all
}

#[tokio::test(start_paused = true)]
async fn jobs_of_one_name_are_each_in_a_bucket_of_their_own() {
    let jobs = || {
        vec![
            good("twin", 10),
            limited("twin", 20),
            broken("twin", 20),
            good("twin", 30),
        ]
    };
    let one_in_each = PartialReport {
        succeeded: lines(["twin"]),
        tolerated: lines(["twin: rate limit"]),
        fatal: lines(["twin: no database"]),
        cancelled: lines(["twin"]),
    };

    assert_eq!(run_with_except_star(jobs()).await.0, one_in_each);
    assert_eq!(collect_with_selective_reraise(jobs()).await.0, one_in_each);
    assert_eq!(run_keeping_tolerable(jobs()).await.0, one_in_each);
}

#[tokio::test(start_paused = true)]
async fn partial_results_are_those_that_came_before_the_failure() {
    let (report, _) = run_keeping_tolerable(vec![
        good("before", 10),
        good("in the same tick", 20),
        broken("broken", 20),
        good("after", 30),
    ])
    .await;

    // Exact on the paused clock. On a real clock "in the same tick" may be completed or cancelled.
    assert_eq!(report.succeeded, ["before", "in the same tick"]);
    assert_eq!(report.cancelled, ["after"]);
}

/// Runs `job` with a resource of lesson 5 open.
async fn with_resource(job: PartialJob, log: ResourceLog) -> Result<(), BoxError> {
    let _resource = tracked_resource(job.name(), &log);
    job.run().await
}

#[tokio::test(start_paused = true)]
async fn the_resources_of_all_jobs_are_closed_before_a_handler_runs() {
    let start = Instant::now();
    let log = ResourceLog::default();
    let errors = TaskGroup::scope(async |group| {
        for job in [limited("limited", 10), good("good", 10), good("slow", 30)] {
            group.spawn(with_resource(job, log.clone()));
        }
        Ok(())
    })
    .await
    .unwrap_err();

    let result = Except::new(errors)
        .handle::<TolerableError>(|_| {
            assert_eq!(log.opened(), ["limited", "good", "slow"]);
            assert_eq!(log.leaked(), lines([]));
            Ok(())
        })
        .reraise();
    assert!(result.is_ok());
    assert_eq!(start.elapsed(), Duration::from_millis(10));
}
