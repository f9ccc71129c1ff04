//! The cost of a child of a group, and of cancelling it, beside tokio's own forms. The forms take
//! turns, so that a change of the machine's speed affects all of them.

use std::future::ready;
use std::time::{Duration, Instant};

use step3_taskgroup::TaskGroup;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::sleep;

const ROUNDS: usize = 15;
/// Rounds for the allocator and the caches, which do not count.
const WARM_UP: usize = 2;

fn main() {
    for threads in [1, 2] {
        let runtime = &runtime(threads);
        for tasks in [10_000, 100_000] {
            println!("\n{tasks} children on {threads} thread(s), for each child");
            let names = [
                "JoinSet",
                "tokio::spawn",
                "TaskGroup",
                "TaskGroup, handles awaited",
            ];
            let set = || joined(runtime, join_set(tasks));
            let spawn = || joined(runtime, spawn(tasks));
            let group = || joined(runtime, task_group(tasks));
            let handles = || joined(runtime, task_group_handles(tasks));
            table(tasks, names, [&set, &spawn, &group, &handles]);

            let names = ["JoinSet::shutdown", "TaskGroup, a child fails"];
            let set = || stopped(runtime, |awake, fail| stop_join_set(tasks, awake, fail));
            let group = || stopped(runtime, |awake, fail| stop_task_group(tasks, awake, fail));
            table(tasks, names, [&set, &group]);
        }
    }
}

fn runtime(threads: usize) -> Runtime {
    let mut builder = match threads {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder
        .worker_threads(threads)
        .enable_time()
        .build()
        .unwrap()
}

/// Prints each form's median for one child, and its ratio to the first form's.
fn table<const N: usize>(tasks: usize, names: [&str; N], forms: [&dyn Fn() -> Duration; N]) {
    let mut rounds = [(); N].map(|()| Vec::new());
    for _ in 0..WARM_UP + ROUNDS {
        for (form, rounds) in forms.iter().zip(&mut rounds) {
            rounds.push(form());
        }
    }
    let medians = rounds.map(|mut rounds| {
        rounds.drain(..WARM_UP);
        rounds.sort_unstable();
        rounds[ROUNDS / 2].as_secs_f64() * 1e9 / f64::from(u32::try_from(tasks).unwrap())
    });
    for (name, median) in names.iter().zip(&medians) {
        println!("  {name:27} {median:6.0} ns {:6.2} x", median / medians[0]);
    }
}

/// The round is a task of its own, so that it spawns from within the runtime.
fn joined(runtime: &Runtime, round: impl Future<Output = ()> + Send + 'static) -> Duration {
    let start = Instant::now();
    runtime.block_on(runtime.spawn(round)).unwrap();
    start.elapsed()
}

fn work() -> impl Future<Output = Result<(), &'static str>> + Send + 'static {
    ready(Ok(()))
}

async fn task_group(tasks: usize) {
    let done = TaskGroup::scope(async |group| {
        for _ in 0..tasks {
            group.spawn(work());
        }
        Ok(())
    });
    done.await.unwrap();
}

async fn task_group_handles(tasks: usize) {
    let done = TaskGroup::scope(async |group| {
        let handles: Vec<_> = (0..tasks).map(|_| group.spawn(work())).collect();
        for handle in handles {
            handle.await;
        }
        Ok(())
    });
    done.await.unwrap();
}

async fn join_set(tasks: usize) {
    let mut set: JoinSet<_> = (0..tasks).map(|_| work()).collect();
    while let Some(result) = set.join_next().await {
        result.unwrap().unwrap();
    }
}

async fn spawn(tasks: usize) {
    let handles: Vec<_> = (0..tasks).map(|_| tokio::spawn(work())).collect();
    for handle in handles {
        handle.await.unwrap().unwrap();
    }
}

/// The time from the failure until the last sleeping task has been dropped.
fn stopped<C>(
    runtime: &Runtime,
    crowd: impl FnOnce(mpsc::Sender<()>, oneshot::Receiver<()>) -> C,
) -> Duration
where
    C: Future<Output = ()> + Send + 'static,
{
    let (awake, mut all_asleep) = mpsc::channel(1);
    let (fail, failure) = oneshot::channel();
    let crowd = runtime.spawn(crowd(awake, failure));
    assert!(runtime.block_on(all_asleep.recv()).is_none());

    let start = Instant::now();
    fail.send(()).unwrap();
    runtime.block_on(crowd).unwrap();
    start.elapsed()
}

/// Drops `awake` when it is about to sleep.
async fn sleeper(awake: mpsc::Sender<()>) -> Result<(), &'static str> {
    drop(awake);
    sleep(Duration::from_secs(3600)).await;
    Ok(())
}

async fn stop_task_group(tasks: usize, awake: mpsc::Sender<()>, failure: oneshot::Receiver<()>) {
    let result = TaskGroup::scope(async |group| {
        for _ in 0..tasks {
            group.spawn(sleeper(awake.clone()));
        }
        group.spawn::<()>(async {
            failure.await.unwrap();
            Err("boom")
        });
        drop(awake);
        Ok(())
    });
    assert!(result.await.is_err());
}

async fn stop_join_set(tasks: usize, awake: mpsc::Sender<()>, failure: oneshot::Receiver<()>) {
    let mut set: JoinSet<_> = (0..tasks).map(|_| sleeper(awake.clone())).collect();
    drop(awake);
    failure.await.unwrap();
    set.shutdown().await;
}
