//! Six mistakes in the use of a group: each test shows one, and how to avoid it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use step2_gather::gather;
use step3_taskgroup::TaskGroup;
use step6_error_groups::{BoxError, Except, FatalError, TolerableError};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

type Group = TaskGroup<BoxError>;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

async fn fails_at<E: Into<BoxError>>(delay: Duration, error: E) -> Result<(), BoxError> {
    sleep(delay).await;
    Err(error.into())
}

#[tokio::test(start_paused = true)]
async fn looking_only_at_the_first_error_misses_the_others() {
    let errors = Group::scope(async |group| {
        group.spawn(fails_at(ms(10), "disk full"));
        group.spawn(fails_at(ms(10), "no route"));
        Ok(())
    })
    .await
    .unwrap_err();

    let first = errors.leaves().next().unwrap().error.to_string();
    assert_eq!(first, "disk full");
    // Iterating over all leaves misses none.
    let all: Vec<_> = errors.leaves().map(|leaf| leaf.error.to_string()).collect();
    assert_eq!(all, ["disk full", "no route"]);
}

#[tokio::test(start_paused = true)]
async fn an_unexpected_error_is_reraised_although_every_expected_type_is_handled() {
    let errors = Group::scope(async |group| {
        group.spawn(fails_at(ms(10), TolerableError("rate limit".to_owned())));
        group.spawn(fails_at(ms(10), "unexpected"));
        Ok(())
    })
    .await
    .unwrap_err();

    let result = Except::new(errors)
        .handle::<TolerableError>(|_| Ok(()))
        .handle::<FatalError>(|_| Ok(()))
        .reraise();
    assert_eq!(result.unwrap_err().to_string(), "1 error: unexpected");
}

#[tokio::test(start_paused = true)]
async fn a_single_failure_is_a_group_too() {
    let errors = Group::scope(async |group| {
        group.spawn(fails_at(ms(10), FatalError("boom".to_owned())));
        Ok(())
    })
    .await
    .unwrap_err();

    // In Python `except FatalError` would silently match nothing. Here the type is a group, and
    // code that treats it as a `FatalError` does not compile.
    assert_eq!(errors.nodes().len(), 1);
    assert!(errors.leaves().next().unwrap().error.is::<FatalError>());
}

#[tokio::test(start_paused = true)]
async fn siblings_go_on_after_a_failure_in_a_gather_and_not_in_a_group() {
    let writes = Arc::new(AtomicUsize::new(0));
    let write = || {
        let writes = Arc::clone(&writes);
        async move {
            sleep(ms(50)).await;
            writes.fetch_add(1, Ordering::Relaxed);
            Ok::<_, BoxError>(())
        }
    };

    let gathered = gather([fails_or(write(), true), fails_or(write(), false)]).await;
    assert!(gathered.is_err());
    sleep(ms(100)).await;
    assert_eq!(
        writes.load(Ordering::Relaxed),
        1,
        "a write after the failure"
    );

    let grouped = Group::scope(async |group| {
        group.spawn(fails_or(write(), true));
        group.spawn(fails_or(write(), false));
        Ok(())
    })
    .await;
    assert!(grouped.is_err());
    sleep(ms(100)).await;
    assert_eq!(
        writes.load(Ordering::Relaxed),
        1,
        "no write after the failure"
    );
}

/// Fails at 10 ms, or does the work.
async fn fails_or(
    work: impl Future<Output = Result<(), BoxError>>,
    fails: bool,
) -> Result<(), BoxError> {
    if fails {
        fails_at(ms(10), "boom").await
    } else {
        work.await
    }
}

#[tokio::test(start_paused = true)]
async fn a_bare_spawn_leaks_past_the_group_and_a_child_does_not() {
    for (bare, finished_at_return) in [(true, 0), (false, 1)] {
        let finished = Arc::new(AtomicUsize::new(0));
        Group::scope(async |group| {
            let counted = Arc::clone(&finished);
            let work = async move {
                yield_now().await;
                counted.fetch_add(1, Ordering::Relaxed);
            };
            if bare {
                tokio::spawn(work);
            } else {
                group.spawn(async {
                    work.await;
                    Ok(())
                });
            }
            Ok(())
        })
        .await
        .unwrap();

        assert_eq!(finished.load(Ordering::Relaxed), finished_at_return);
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_swallows_its_cancellation_delays_the_group_until_it_ends() {
    let start = Instant::now();
    let result = Group::scope(async |group| {
        group.spawn_with_token(|_ignored| async {
            sleep(ms(200)).await;
            Ok(())
        });
        group.spawn(fails_at(ms(10), "boom"));
        Ok(())
    })
    .await;

    // One often reads that the group hangs. It ends when that child ends.
    assert_eq!(result.unwrap_err().to_string(), "1 error: boom");
    assert_eq!(start.elapsed(), ms(200));
}
