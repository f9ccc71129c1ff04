//! The three layers of the small group, on the paused clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use step3_taskgroup::mini::{ReportingGroup, StoppingGroup, WaitingGroup};
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep, timeout};

/// Nothing else to wait for: the paused clock jumps to the limit, and a hang fails at once.
fn paused(test: impl Future<Output = ()>) {
    let mut runtime = Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    let in_time = runtime.block_on(async { timeout(Duration::from_secs(3600), test).await });
    in_time.expect("hangs");
}

async fn after(milliseconds: u64) {
    sleep(Duration::from_millis(milliseconds)).await;
}

async fn fails_after(milliseconds: u64, error: &'static str) -> Result<(), &'static str> {
    after(milliseconds).await;
    Err(error)
}

/// How many tasks have finished their work, and how many have not been dropped.
#[derive(Default)]
struct Counts {
    finished: AtomicUsize,
    alive: AtomicUsize,
}

impl Counts {
    /// Finishes after the time.
    fn task(
        self: &Arc<Self>,
        milliseconds: u64,
    ) -> impl Future<Output = Result<(), &'static str>> + use<> {
        struct Alive(Arc<Counts>);

        impl Drop for Alive {
            fn drop(&mut self) {
                self.0.alive.fetch_sub(1, Ordering::Relaxed);
            }
        }

        self.alive.fetch_add(1, Ordering::Relaxed);
        let alive = Alive(Arc::clone(self));
        async move {
            after(milliseconds).await;
            alive.0.finished.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }

    fn finished_and_alive(&self) -> (usize, usize) {
        let [finished, alive] = [&self.finished, &self.alive];
        (
            finished.load(Ordering::Relaxed),
            alive.load(Ordering::Relaxed),
        )
    }
}

#[test]
fn a_waiting_group_waits_for_every_task() {
    paused(async {
        let counts = Arc::<Counts>::default();
        let start = Instant::now();
        let mut group = WaitingGroup::default();
        for milliseconds in [50, 10] {
            let task = counts.task(milliseconds);
            group.spawn(async { task.await.unwrap() });
        }

        group.wait().await;

        assert_eq!(counts.finished_and_alive(), (2, 0));
        assert_eq!(start.elapsed().as_millis(), 50);
    });
}

#[test]
fn a_stopping_group_drops_the_siblings_of_a_failure_and_waits_for_that() {
    paused(async {
        let counts = Arc::<Counts>::default();
        let start = Instant::now();
        let mut group = StoppingGroup::default();
        group.spawn(counts.task(50));
        group.spawn(fails_after(10, "boom"));
        group.spawn(counts.task(50));

        group.wait().await;

        assert_eq!(counts.finished_and_alive(), (0, 0));
        assert_eq!(start.elapsed().as_millis(), 10);
    });
}

#[test]
fn a_stopping_group_without_a_failure_waits_for_every_task() {
    paused(async {
        let counts = Arc::<Counts>::default();
        let mut group = StoppingGroup::default();
        group.spawn(counts.task(50));
        group.spawn(counts.task(10));

        group.wait().await;

        assert_eq!(counts.finished_and_alive(), (2, 0));
    });
}

#[test]
fn a_stopping_group_finishes_work_that_is_ready_in_the_tick_of_a_failure() {
    paused(async {
        let counts = Arc::<Counts>::default();
        let mut group = StoppingGroup::default();
        group.spawn(fails_after(10, "boom"));
        for _ in 0..20 {
            group.spawn(counts.task(10));
        }

        group.wait().await;

        assert_eq!(counts.finished_and_alive(), (20, 0));
    });
}

#[test]
fn a_reporting_group_returns_every_failure_in_order() {
    paused(async {
        let counts = Arc::<Counts>::default();
        let start = Instant::now();
        let mut group = ReportingGroup::default();
        group.spawn(counts.task(50));
        group.spawn(fails_after(10, "first"));
        group.spawn(fails_after(10, "second"));
        group.spawn(fails_after(20, "too late"));

        let errors = group.wait().await.unwrap_err();

        let leaves = errors.into_leaves();
        let errors: Vec<_> = leaves.into_iter().map(|leaf| leaf.error).collect();
        assert_eq!(errors, ["first", "second"]);
        assert_eq!(counts.finished_and_alive(), (0, 0));
        assert_eq!(start.elapsed().as_millis(), 10);
    });
}

#[test]
fn a_reporting_group_without_a_failure_returns_ok() {
    paused(async {
        let counts = Arc::<Counts>::default();
        let mut group = ReportingGroup::default();
        group.spawn(counts.task(10));

        group.wait().await.unwrap();

        assert_eq!(counts.finished_and_alive(), (1, 0));
    });
}
