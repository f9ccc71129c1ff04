//! What an owner costs for each task, and how long a failure takes to stop a crowd.
//!
//! `cargo xtask bench` runs each form by itself and in turn: `FORM TASKS WORKERS`, of which the
//! answer is one JSON object. No workers: the runtime of one thread.

use std::env;
use std::future::ready;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use step3_taskgroup::TaskGroup;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::sleep;

type Outcome = Result<(), &'static str>;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let [form, tasks, workers] = &arguments[..] else {
        println!("`cargo xtask bench` runs this. By hand: -- FORM TASKS WORKERS");
        return ExitCode::SUCCESS;
    };
    let (tasks, workers) = (tasks.parse().unwrap(), workers.parse().unwrap());
    let runtime = runtime(workers);
    let measure = || match &**form {
        "task_group" => joined(&runtime, task_group(tasks)),
        "task_group_handles" => joined(&runtime, task_group_handles(tasks)),
        "join_set" => joined(&runtime, join_set(tasks)),
        "spawn" => joined(&runtime, spawn(tasks)),
        "stop_task_group" => stopped(&runtime, |awake, fail| stop_task_group(tasks, awake, fail)),
        "stop_join_set" => stopped(&runtime, |awake, fail| stop_join_set(tasks, awake, fail)),
        _ => panic!("there is no form {form}"),
    };
    // The first rounds are for the allocator and the caches.
    let _ = (measure(), measure());
    let mut rounds = [(); 5].map(|()| measure());
    rounds.sort_unstable();
    println!(r#"{{"seconds":{}}}"#, rounds[2].as_secs_f64());
    ExitCode::SUCCESS
}

fn runtime(workers: usize) -> Runtime {
    let mut builder = match workers {
        0 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder
        .worker_threads(workers.max(1))
        .enable_time()
        .build()
        .unwrap()
}

/// The round is a task of its own, so that it spawns from within the runtime.
fn joined(runtime: &Runtime, round: impl Future<Output = ()> + Send + 'static) -> Duration {
    let start = Instant::now();
    runtime.block_on(runtime.spawn(round)).unwrap();
    start.elapsed()
}

fn work() -> impl Future<Output = Outcome> + Send + 'static {
    ready(Ok(()))
}

/// The scope waits, and nobody asks for the values.
async fn task_group(tasks: usize) {
    let done = TaskGroup::scope(async |group| {
        for _ in 0..tasks {
            group.spawn(work());
        }
        Ok(())
    });
    done.await.unwrap();
}

/// The body takes each value.
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
    let mut set = JoinSet::new();
    for _ in 0..tasks {
        set.spawn(work());
    }
    while let Some(outcome) = set.join_next().await {
        outcome.unwrap().unwrap();
    }
}

async fn spawn(tasks: usize) {
    let handles: Vec<_> = (0..tasks).map(|_| tokio::spawn(work())).collect();
    for handle in handles {
        handle.await.unwrap().unwrap();
    }
}

/// From the moment of the failure until the last sleeper is gone.
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

/// Says that it is about to sleep by dropping `awake`.
async fn sleeper(awake: mpsc::Sender<()>) -> Outcome {
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
    let mut set = JoinSet::new();
    for _ in 0..tasks {
        set.spawn(sleeper(awake.clone()));
    }
    drop(awake);
    failure.await.unwrap();
    set.shutdown().await;
}
