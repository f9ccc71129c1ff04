//! Tolerable failures cancel their siblings in the article's form, and not when they are values.

use step3_taskgroup::ErrorGroup;
use step6_error_groups::{
    BoxError, FatalError, PartialJob, PartialReport, collect_with_selective_reraise,
    run_keeping_tolerable, run_with_except_star,
};

fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).into()
}

/// A tolerable failure at once, a job that would succeed later, and another tolerable failure.
fn a_tolerable_failure_first() -> [PartialJob; 3] {
    [
        PartialJob::tolerable("limited", 0, "rate limit"),
        PartialJob::succeeds("good", 10),
        PartialJob::tolerable("limited too", 20, "rate limit"),
    ]
}

fn then_a_fatal_one() -> [PartialJob; 4] {
    [
        PartialJob::tolerable("limited", 5, "rate limit"),
        PartialJob::succeeds("good", 10),
        PartialJob::fatal("broken", 20, "no database"),
        PartialJob::succeeds("slow", 30),
    ]
}

#[tokio::test(start_paused = true)]
async fn without_a_failure_every_job_succeeds() {
    let jobs = [PartialJob::succeeds("b", 20), PartialJob::succeeds("a", 10)];
    let all = PartialReport {
        succeeded: names(["b", "a"]),
        ..PartialReport::default()
    };

    assert_eq!(run_with_except_star(&jobs).await.0, all);
    assert_eq!(collect_with_selective_reraise(&jobs).await.0, all);
    assert_eq!(run_keeping_tolerable(&jobs).await.0, all);
}

#[tokio::test(start_paused = true)]
async fn a_tolerable_failure_cancels_its_siblings_in_the_articles_form() {
    let (report, raised) = run_with_except_star(&a_tolerable_failure_first()).await;

    // The article says that tolerable errors survive. The error does; its siblings are cancelled.
    let expected = PartialReport {
        tolerated: names(["limited"]),
        cancelled: names(["good", "limited too"]),
        ..PartialReport::default()
    };
    assert_eq!(report, expected);
    assert!(raised.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_tolerable_failure_that_is_a_value_cancels_no_sibling() {
    let (report, failed) = run_keeping_tolerable(&a_tolerable_failure_first()).await;

    let expected = PartialReport {
        succeeded: names(["good"]),
        tolerated: names(["limited", "limited too"]),
        ..PartialReport::default()
    };
    assert_eq!(report, expected);
    assert!(failed.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_fatal_failure_cancels_what_is_left_and_every_job_is_in_one_bucket() {
    let (report, failed) = run_keeping_tolerable(&then_a_fatal_one()).await;

    let expected = PartialReport {
        succeeded: names(["good"]),
        tolerated: names(["limited"]),
        fatal: names(["broken"]),
        cancelled: names(["slow"]),
    };
    assert_eq!(report, expected);
    let failed = failed.unwrap();
    assert!(failed.leaves().all(|leaf| leaf.error.is::<FatalError>()));
    assert_eq!(failed.to_string(), "1 error: no database");
}

#[tokio::test(start_paused = true)]
async fn failures_of_one_tick_are_routed_to_their_buckets_by_both_forms() {
    let jobs = [
        PartialJob::tolerable("limited", 10, "rate limit"),
        PartialJob::fatal("broken", 10, "no database"),
        PartialJob::tolerable("limited too", 10, "rate limit"),
    ];
    let expected = PartialReport {
        tolerated: names(["limited", "limited too"]),
        fatal: names(["broken"]),
        ..PartialReport::default()
    };

    assert_eq!(run_with_except_star(&jobs).await.0, expected);
    let (report, rest) = collect_with_selective_reraise(&jobs).await;
    assert_eq!(report, expected);
    assert_eq!(rest.unwrap().to_string(), "1 error: no database");
}

#[tokio::test(start_paused = true)]
async fn an_unclassified_error_is_raised_by_one_form_and_filed_as_fatal_by_the_other() {
    let jobs = [
        PartialJob::unclassified("odd", 10, "what is this"),
        PartialJob::fatal("broken", 10, "no database"),
    ];

    // The article calls the two runners equivalent. In the first, a handler has taken "broken".
    let (report, raised) = run_with_except_star(&jobs).await;
    assert_eq!(report.fatal, ["broken"]);
    assert_eq!(raised.unwrap().to_string(), "1 error: what is this");
    let (report, rest) = collect_with_selective_reraise(&jobs).await;
    assert_eq!(report.fatal, ["odd", "broken"]);
    assert_eq!(
        rest.unwrap().to_string(),
        "2 errors: what is this; no database"
    );
}

#[tokio::test(start_paused = true)]
async fn an_unclassified_error_is_not_tolerated() {
    let jobs = [
        PartialJob::unclassified("odd", 10, "what is this"),
        PartialJob::succeeds("slow", 20),
    ];

    let (report, failed) = run_keeping_tolerable(&jobs).await;

    let expected = PartialReport {
        fatal: names(["odd"]),
        cancelled: names(["slow"]),
        ..PartialReport::default()
    };
    assert_eq!(report, expected);
    assert_eq!(failed.unwrap().to_string(), "1 error: what is this");
}

#[tokio::test(start_paused = true)]
async fn every_job_is_in_exactly_one_bucket_for_every_mix_of_failures() {
    let kinds: [fn(&'static str, u64) -> PartialJob; 4] = [
        PartialJob::succeeds,
        |name, at| PartialJob::tolerable(name, at, "tolerable"),
        |name, at| PartialJob::fatal(name, at, "fatal"),
        |name, at| PartialJob::unclassified(name, at, "unclassified"),
    ];
    // Three jobs, each of the four kinds and with each of the delays.
    let delays: &[u64] = if std::env::var_os("LONG_TESTS").is_some() {
        &[0, 10, 20]
    } else {
        &[0, 10]
    };
    let choices = kinds.len() * delays.len();
    for case in 0..choices.pow(3) {
        let digits = [case, case / choices, case / choices / choices];
        let jobs = [("a", digits[0]), ("b", digits[1]), ("c", digits[2])]
            .map(|(name, digit)| kinds[digit % 4](name, delays[digit / 4 % delays.len()]));

        for (report, _) in [
            run_keeping_tolerable(&jobs).await,
            collect_with_selective_reraise(&jobs).await,
        ] {
            assert_eq!(every_name(report, None), ["a", "b", "c"], "{jobs:?}");
        }
        let (report, raised) = run_with_except_star(&jobs).await;
        assert_eq!(
            every_name(report, raised.as_ref()),
            ["a", "b", "c"],
            "{jobs:?}"
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
    let raised = raised.into_iter().flat_map(ErrorGroup::leaves);
    all.extend(raised.map(|leaf| leaf.task.to_string()));
    all.sort_unstable();
    all
}

#[tokio::test(start_paused = true)]
async fn jobs_of_one_name_are_each_in_a_bucket_of_their_own() {
    let jobs = [
        PartialJob::succeeds("twin", 10),
        PartialJob::tolerable("twin", 20, "rate limit"),
        PartialJob::fatal("twin", 20, "no database"),
        PartialJob::succeeds("twin", 30),
    ];
    let one_in_each = PartialReport {
        succeeded: names(["twin"]),
        tolerated: names(["twin"]),
        fatal: names(["twin"]),
        cancelled: names(["twin"]),
    };

    assert_eq!(run_with_except_star(&jobs).await.0, one_in_each);
    assert_eq!(collect_with_selective_reraise(&jobs).await.0, one_in_each);
    assert_eq!(run_keeping_tolerable(&jobs).await.0, one_in_each);
}

#[tokio::test(start_paused = true)]
async fn partial_results_are_those_that_came_before_the_failure() {
    let jobs = [
        PartialJob::succeeds("before", 10),
        PartialJob::succeeds("in the same tick", 20),
        PartialJob::fatal("broken", 20, "no database"),
        PartialJob::succeeds("after", 30),
    ];

    let (report, _) = run_keeping_tolerable(&jobs).await;

    // Exact on the paused clock. On a real clock "in the same tick" may be completed or cancelled.
    assert_eq!(report.succeeded, ["before", "in the same tick"]);
    assert_eq!(report.cancelled, ["after"]);
}
