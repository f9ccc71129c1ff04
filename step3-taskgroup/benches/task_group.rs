//! What an owner costs, per task, and how long a failure takes to stop a crowd.

use std::fmt::{self, Debug};

use tokio::runtime::{Builder, Runtime};

fn main() {
    divan::main();
}

type Outcome = Result<(), &'static str>;

#[derive(Clone, Copy)]
enum Threads {
    Current,
    Two,
}

impl Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Current => "current thread",
            Self::Two => "two workers",
        })
    }
}

impl Threads {
    fn runtime(self) -> Runtime {
        let mut builder = match self {
            Self::Current => Builder::new_current_thread(),
            Self::Two => Builder::new_multi_thread(),
        };
        builder.worker_threads(2).enable_time().build().unwrap()
    }
}

/// Every task is joined, and each has the same work.
mod spawn_and_join {
    use std::future::ready;

    use divan::Bencher;
    use divan::counter::ItemsCount;
    use step3_taskgroup::TaskGroup;
    use tokio::task::JoinSet;
    use tokio_util::task::TaskTracker;

    use super::{Outcome, Threads};

    const TASKS: usize = 10_000;

    fn work() -> impl Future<Output = Outcome> + Send + 'static {
        ready(Ok(()))
    }

    /// Each round is a task of its own, so that it spawns from within the runtime.
    fn measure<R>(bencher: Bencher<'_, '_>, threads: Threads, round: impl Fn() -> R)
    where
        R: Future<Output = ()> + Send + 'static,
    {
        let runtime = threads.runtime();
        bencher
            .counter(ItemsCount::new(TASKS))
            .bench_local(|| runtime.block_on(runtime.spawn(round())).unwrap());
    }

    /// The scope waits, and nobody asks for the values.
    #[divan::bench(args = [Threads::Current, Threads::Two])]
    fn task_group(bencher: Bencher<'_, '_>, threads: Threads) {
        measure(bencher, threads, async || {
            TaskGroup::scope(async |group| {
                for _ in 0..TASKS {
                    group.spawn(work());
                }
                Ok(())
            })
            .await
            .unwrap();
        });
    }

    /// The body takes each value.
    #[divan::bench(args = [Threads::Current, Threads::Two])]
    fn task_group_handles(bencher: Bencher<'_, '_>, threads: Threads) {
        measure(bencher, threads, async || {
            TaskGroup::scope(async |group| {
                let handles: Vec<_> = (0..TASKS).map(|_| group.spawn(work())).collect();
                for handle in handles {
                    handle.await;
                }
                Ok(())
            })
            .await
            .unwrap();
        });
    }

    #[divan::bench(args = [Threads::Current, Threads::Two])]
    fn join_set(bencher: Bencher<'_, '_>, threads: Threads) {
        measure(bencher, threads, async || {
            let mut set = JoinSet::new();
            for _ in 0..TASKS {
                set.spawn(work());
            }
            while let Some(outcome) = set.join_next().await {
                outcome.unwrap().unwrap();
            }
        });
    }

    #[divan::bench(args = [Threads::Current, Threads::Two])]
    fn task_tracker(bencher: Bencher<'_, '_>, threads: Threads) {
        measure(bencher, threads, async || {
            let tracker = TaskTracker::new();
            for _ in 0..TASKS {
                tracker.spawn(work());
            }
            tracker.close();
            tracker.wait().await;
        });
    }

    #[divan::bench(args = [Threads::Current, Threads::Two])]
    fn bare_handles(bencher: Bencher<'_, '_>, threads: Threads) {
        measure(bencher, threads, async || {
            let handles: Vec<_> = (0..TASKS).map(|_| tokio::spawn(work())).collect();
            for handle in handles {
                handle.await.unwrap().unwrap();
            }
        });
    }
}

/// From the moment of the failure until the last sleeper is gone.
mod stop_sleepers {
    use std::time::Duration;

    use divan::Bencher;
    use step3_taskgroup::TaskGroup;
    use tokio::sync::{mpsc, oneshot};
    use tokio::task::JoinSet;
    use tokio::time::sleep;

    use super::{Outcome, Threads};

    const HOUR: Duration = Duration::from_secs(3600);

    /// Says that it is about to sleep by dropping `awake`.
    async fn sleeper(awake: mpsc::Sender<()>) -> Outcome {
        drop(awake);
        sleep(HOUR).await;
        Ok(())
    }

    /// `crowd` spawns its sleepers, and stops them when its receiver resolves.
    fn measure<C>(
        bencher: Bencher<'_, '_>,
        threads: Threads,
        crowd: impl Fn(mpsc::Sender<()>, oneshot::Receiver<()>) -> C,
    ) where
        C: Future<Output = ()> + Send + 'static,
    {
        let runtime = threads.runtime();
        bencher
            .with_inputs(|| {
                let (awake, mut all_asleep) = mpsc::channel(1);
                let (fail, failure) = oneshot::channel();
                let crowd = runtime.spawn(crowd(awake, failure));
                assert!(runtime.block_on(all_asleep.recv()).is_none());
                (fail, crowd)
            })
            .bench_local_values(|(fail, crowd)| {
                fail.send(()).unwrap();
                runtime.block_on(crowd).unwrap();
            });
    }

    const CROWDS: [(Threads, usize); 4] = [
        (Threads::Current, 10_000),
        (Threads::Current, 100_000),
        (Threads::Two, 10_000),
        (Threads::Two, 100_000),
    ];

    #[divan::bench(args = CROWDS, sample_count = 20, sample_size = 1)]
    fn task_group(bencher: Bencher<'_, '_>, (threads, size): (Threads, usize)) {
        measure(bencher, threads, move |awake, failure| async move {
            let result = TaskGroup::scope(async |group| {
                for _ in 0..size {
                    group.spawn(sleeper(awake.clone()));
                }
                group.spawn::<()>(async {
                    failure.await.unwrap();
                    Err("boom")
                });
                drop(awake);
                Ok(())
            })
            .await;
            assert!(result.is_err());
        });
    }

    #[divan::bench(args = CROWDS, sample_count = 20, sample_size = 1)]
    fn join_set_shutdown(bencher: Bencher<'_, '_>, (threads, size): (Threads, usize)) {
        measure(bencher, threads, move |awake, failure| async move {
            let mut set = JoinSet::new();
            for _ in 0..size {
                set.spawn(sleeper(awake.clone()));
            }
            drop(awake);
            failure.await.unwrap();
            set.shutdown().await;
        });
    }
}
