//! The first success wins; the other racers are cancelled and waited for.

use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use step3_taskgroup::{ErrorGroup, TaskGroup};
use step5_cancellation::{ResourceLog, careful_worker, cleaning_worker, race, tracked_resource};
use tokio::runtime::Builder;
use tokio::sync::{Barrier, oneshot};
use tokio::time::{Instant, sleep, timeout};

/// A test that takes longer has failed. On a paused clock the limit takes no time either.
const LIMIT: Duration = Duration::from_secs(30);

const NOTHING: [&str; 0] = [];

type Racer<T> = Pin<Box<dyn Future<Output = Result<T, &'static str>> + Send>>;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

async fn within_limit<T>(future: impl Future<Output = T>) -> T {
    timeout(LIMIT, future).await.expect("it does not end")
}

/// A racer that ends with `result` after `delay` milliseconds.
async fn after<T, E>(delay: u64, result: Result<T, E>) -> Result<T, E> {
    sleep(ms(delay)).await;
    result
}

/// Runs `test` on the paused clock of one thread, and on two threads.
fn on_both_runtimes(test: impl AsyncFn()) {
    let mut one_thread = Builder::new_current_thread();
    let mut two_threads = Builder::new_multi_thread();
    one_thread.enable_all().start_paused(true);
    two_threads.enable_all().worker_threads(2);
    for builder in [&mut one_thread, &mut two_threads] {
        let runtime = builder.build().unwrap();
        runtime.block_on(async { within_limit(test()).await });
    }
}

#[track_caller]
fn assert_failures<E: Display>(errors: &ErrorGroup<E>, expected: &[&str]) {
    let leaves = errors.leaves();
    let failures: Vec<_> = leaves
        .map(|leaf| format!("{}: {}", leaf.task, leaf.error))
        .collect();
    assert_eq!(failures, expected);
}

#[tokio::test(start_paused = true)]
async fn the_first_success_wins() {
    let start = Instant::now();

    let winner = race([
        ("slow", after(30, Ok::<_, &str>("slow"))),
        ("fast", after(10, Ok("fast"))),
        ("medium", after(20, Ok("medium"))),
    ]);

    assert_eq!(within_limit(winner).await.unwrap(), "fast");
    assert_eq!(start.elapsed(), ms(10));
}

#[tokio::test(start_paused = true)]
async fn a_failure_before_the_success_does_not_end_the_race() {
    let start = Instant::now();

    let winner = race([
        ("failing", after(10, Err("boom"))),
        ("succeeding", after(20, Ok("winner"))),
    ]);

    assert_eq!(within_limit(winner).await.unwrap(), "winner");
    assert_eq!(start.elapsed(), ms(20));
}

#[test]
fn the_losers_are_cancelled_and_have_ended_before_the_result() {
    on_both_runtimes(async || {
        let log = ResourceLog::default();
        let all_have_started = Arc::new(Barrier::new(3));
        let racer = |name: &'static str| {
            let (log, all_have_started) = (log.clone(), Arc::clone(&all_have_started));
            let racer = async move {
                let _resource = tracked_resource(name, &log);
                all_have_started.wait().await;
                match name {
                    "winner" => Ok::<_, &str>(name),
                    _ => std::future::pending().await,
                }
            };
            (name, racer)
        };

        let winner = race([racer("first"), racer("winner"), racer("last")]).await;

        assert_eq!(winner.unwrap(), "winner");
        assert_eq!([log.opened().len(), log.closed().len()], [3, 3]);
    });
}

#[tokio::test(start_paused = true)]
async fn the_race_waits_for_a_loser_that_cleans_up_in_a_scope_of_its_own() {
    let log = ResourceLog::default();
    let worker_log = log.clone();
    let loser: Racer<_> = Box::pin(async move {
        let scope = TaskGroup::scope(async |group| {
            let log = worker_log.clone();
            group.spawn_with_token(|stop| async move {
                cleaning_worker("loser", ms(200), ms(30), &log, &stop).await;
                Ok::<_, &str>(())
            });
            Ok("loser")
        });
        scope.await.map_err(|_| "boom")
    });
    let start = Instant::now();

    let winner = race([
        ("loser", loser),
        ("winner", Box::pin(after(10, Ok("winner")))),
    ]);

    assert_eq!(within_limit(winner).await.unwrap(), "winner");
    assert_eq!(start.elapsed(), ms(40), "10 ms of race, 30 ms of clean-up");
    assert_eq!(log.cancelled(), ["loser"]);
}

#[tokio::test(start_paused = true)]
async fn if_all_fail_every_failure_is_reported_in_the_order_of_failing() {
    let start = Instant::now();

    let errors = race([
        ("slow", after(30, Err::<(), _>("timeout"))),
        ("fast", after(10, Err("refused"))),
        ("medium", after(20, Err("reset"))),
    ]);
    let errors = within_limit(errors).await.unwrap_err();

    assert_failures(
        &errors,
        &["fast: refused", "medium: reset", "slow: timeout"],
    );
    assert_eq!(errors.to_string(), "3 errors: refused; reset; timeout");
    assert_eq!(start.elapsed(), ms(30));
}

#[test]
fn a_race_can_be_a_racer_and_its_failures_are_one_failure() {
    on_both_runtimes(async || {
        let inner = race([
            ("first", after(0, Err("boom"))),
            ("second", after(0, Err("boom"))),
        ]);
        let inner = async { inner.await.map_err(|errors| errors.to_string()) };
        let other = after(0, Err::<(), _>("late".to_owned()));
        let errors = race([("inner", inner.boxed()), ("other", other.boxed())]).await;

        assert_eq!(errors.as_ref().unwrap_err().leaves().count(), 2);
        let errors = errors.unwrap_err().to_string();
        assert!(errors.contains("2 errors: boom; boom"), "{errors}");
    });
}

#[test]
fn a_panic_cancels_the_others_and_continues_once_they_have_ended() {
    on_both_runtimes(async || {
        let log = ResourceLog::default();
        let both_have_started = Arc::new(Barrier::new(2));
        let (worker_log, started) = (log.clone(), Arc::clone(&both_have_started));
        let waiting: Racer<()> = Box::pin(async move {
            let _resource = tracked_resource("waiting", &worker_log);
            started.wait().await;
            std::future::pending().await
        });
        let panicking: Racer<()> = Box::pin(async move {
            both_have_started.wait().await;
            std::panic::resume_unwind(Box::new("payload"))
        });

        let race = race([("waiting", waiting), ("panicking", panicking)]);
        let panic = AssertUnwindSafe(race).catch_unwind().await.unwrap_err();

        assert_eq!(panic.downcast_ref(), Some(&"payload"));
        assert_eq!(log.closed(), ["waiting"]);
    });
}

#[test]
fn of_two_successes_at_once_one_wins_and_the_other_value_is_dropped() {
    on_both_runtimes(async || {
        let value = Arc::new("value");
        let at_once = Arc::new(Barrier::new(2));
        let racer = |name: &'static str| {
            let (value, at_once) = (Arc::clone(&value), Arc::clone(&at_once));
            let racer = async move {
                at_once.wait().await;
                Ok::<_, &str>(value)
            };
            (name, racer)
        };

        let winner = race([racer("first"), racer("second")]).await.unwrap();

        assert!(Arc::ptr_eq(&winner, &value));
        assert_eq!(Arc::strong_count(&value), 2, "ours and the winner's");
    });
}

#[tokio::test(start_paused = true)]
async fn of_two_successes_in_one_tick_the_first_wins() {
    let (sender, receiver) = oneshot::channel();
    let first: Racer<_> = Box::pin(async {
        sleep(ms(10)).await;
        sender.send(()).unwrap();
        Ok("first")
    });
    let second: Racer<_> = Box::pin(async {
        receiver.await.unwrap();
        Ok("second")
    });

    let winner = race([("second", second), ("first", first)]);

    assert_eq!(within_limit(winner).await.unwrap(), "first");
}

#[tokio::test(start_paused = true)]
async fn dropping_the_race_cancels_the_racers_and_the_enclosing_group_waits() {
    let log = ResourceLog::default();
    let racers = ["first", "second"].map(|name| {
        let log = log.clone();
        let racer = async move {
            careful_worker(name, ms(200), &log).await;
            Ok::<_, &str>(())
        };
        (name, racer)
    });

    let scope =
        TaskGroup::<&str>::scope(async |_| Ok(timeout(ms(20), race(racers)).await.is_err()));
    let timed_out = within_limit(Box::pin(scope)).await;

    assert!(timed_out.unwrap());
    assert_eq!(log.cancelled().len(), 2);
    assert_eq!(log.leaked(), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_race_outside_of_a_group_cancels_the_racers() {
    let log = ResourceLog::default();
    let worker_log = log.clone();
    let racer = async move {
        careful_worker("racer", ms(200), &worker_log).await;
        Ok::<_, &str>(())
    };

    assert!(timeout(ms(20), race([("racer", racer)])).await.is_err());

    assert_eq!(log.leaked(), ["racer"], "cancelled, and not dropped yet");
    tokio::task::yield_now().await;
    assert_eq!(log.cancelled(), ["racer"]);
    assert_eq!(log.leaked(), NOTHING);
}

#[test]
#[should_panic(expected = "a race needs at least one racer")]
fn a_race_without_racers_panics_and_does_not_hang() {
    on_both_runtimes(async || {
        let _ = race::<&str, Racer<()>, _, _>([]).await;
    });
}

#[test]
fn a_thousand_racers_on_two_threads_have_ended_before_the_result() {
    on_both_runtimes(async || {
        let value = Arc::new(());
        let all_have_started = Arc::new(Barrier::new(1000));
        let racers = (0..1000).map(|number| {
            let (value, all_have_started) = (Arc::clone(&value), Arc::clone(&all_have_started));
            let racer = async move {
                all_have_started.wait().await;
                match number {
                    500 => Ok(value),
                    _ if number % 2 == 0 => Err("boom"),
                    _ => std::future::pending().await,
                }
            };
            (number.to_string(), racer)
        });

        let winner = race(racers).await.unwrap();

        assert!(Arc::ptr_eq(&winner, &value));
        assert_eq!(Arc::strong_count(&value), 2, "ours and the winner's");
    });
}
