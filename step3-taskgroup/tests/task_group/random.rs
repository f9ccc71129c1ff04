//! Random programs of nested scopes, in which children fail, panic, wait for each other, are
//! cancelled, stopped and dropped at random moments.
//!
//! No program hangs. No scope returns before its last child. Every failure is reported, and every
//! panic resumes, unless the outermost scope is dropped.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use futures_util::future::{BoxFuture, FutureExt};
use step3_taskgroup::{ErrorGroup, TaskGroup, TaskHandle};
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::support::{Flag, OnDrop, for_ever, limited, long};

/// Each failure has a number.
type Group = TaskGroup<usize>;
type Failures = ErrorGroup<usize>;
type Handles = Vec<TaskHandle<()>>;

/// What happened in a program.
#[derive(Default)]
struct Log {
    failed: Mutex<Vec<usize>>,
    /// Failures that a caller of a scope got and did not pass on.
    handled: Mutex<BTreeSet<usize>>,
    panicked: Flag,
    /// A scope has ended while a child of it was alive.
    outlived: Flag,
}

impl Log {
    fn fail(&self) -> usize {
        let mut failed = self.failed.lock().unwrap();
        let number = failed.len();
        failed.push(number);
        number
    }

    fn handle<T>(&self, result: Result<T, Failures>) {
        let errors = result.err();
        let numbers = errors
            .iter()
            .flat_map(Failures::leaves)
            .map(|leaf| leaf.error);
        for number in numbers {
            assert!(
                self.handled.lock().unwrap().insert(number),
                "reported twice"
            );
        }
    }

    /// Not `panic!`, which would print each message.
    fn panic(&self) -> ! {
        self.panicked.set();
        resume_unwind(Box::new("a panic"))
    }
}

/// Makes the decisions of one task: what happens is the program's, and when it happens the seed's.
#[derive(Clone)]
struct Task {
    program: Rng,
    moments: Rng,
    log: Arc<Log>,
    /// For each scope around the task, from the outermost inwards, its number of living children.
    alive: Vec<Arc<AtomicUsize>>,
}

impl Task {
    fn fork(&mut self) -> Self {
        Self {
            program: self.program.fork(),
            moments: self.moments.fork(),
            ..self.clone()
        }
    }

    async fn turns(&mut self, most: u8) {
        for _ in 0..self.moments.u8(..=most) {
            yield_now().await;
        }
    }

    /// `work`, counted as alive until it is dropped.
    fn counted<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        let alive = self.alive.clone();
        for scope in &alive {
            scope.fetch_add(1, Ordering::SeqCst);
        }
        let counted = OnDrop(move || {
            for scope in &alive {
                scope.fetch_sub(1, Ordering::SeqCst);
            }
        });
        async move {
            let output = work.await;
            drop(counted);
            output
        }
    }

    fn alive_in_the_innermost(&self) -> usize {
        self.alive.last().unwrap().load(Ordering::SeqCst)
    }

    /// A child of any kind, which may wait for the last of `siblings`.
    fn spawn(&mut self, group: &Group, siblings: &mut Handles) -> TaskHandle<()> {
        let mut task = self.fork();
        let sibling = self.program.bool().then(|| siblings.pop()).flatten();
        match self.program.u8(..8) {
            0 | 1 => {
                let scope = task.scope();
                group.spawn_group(task.counted(scope))
            }
            2..=4 => group.spawn_with_token(|token| {
                let counted = task.clone();
                counted.counted(task.signalled(token, sibling))
            }),
            _ => {
                let counted = task.clone();
                group.spawn(counted.counted(task.dropped(group.clone(), sibling)))
            }
        }
    }

    /// An ordinary child.
    async fn dropped(mut self, group: Group, sibling: Option<TaskHandle<()>>) -> Result<(), usize> {
        self.turns(8).await;
        if let Some(sibling) = sibling {
            sibling.await;
        }
        match self.program.u8(..16) {
            0 => return Err(self.log.fail()),
            1 => self.log.panic(),
            2 => return for_ever().await,
            3 => {
                let log = Arc::clone(&self.log);
                let _panics = OnDrop(move || log.panic());
                self.turns(8).await;
            }
            4 => drop(self.spawn(&group, &mut Handles::new())),
            5 => group.cancel(),
            6 => {
                // A scope that is dropped half-way, unless it ends first.
                let (scope, log) = (self.scope(), Arc::clone(&self.log));
                tokio::select! {
                    biased;
                    result = scope => log.handle(result),
                    () = self.turns(16) => {}
                }
            }
            7 => {
                let result = self.scope().await;
                self.log.handle(result);
            }
            _ => {}
        }
        Ok(())
    }

    /// A signalled child.
    async fn signalled(
        mut self,
        token: CancellationToken,
        sibling: Option<TaskHandle<()>>,
    ) -> Result<(), usize> {
        match (self.program.u8(..4), sibling) {
            (0, Some(sibling)) => sibling.await,
            (1, Some(sibling)) => drop(sibling.outcome().await),
            (_, Some(sibling)) => tokio::select! {
                () = sibling => {}
                () = token.cancelled() => {}
            },
            (0, None) => {
                let scope = self.scope_until(Some(token));
                let result = scope.await;
                self.log.handle(result);
            }
            (1, None) => self.turns(16).await,
            (_, None) => token.cancelled().await,
        }
        self.turns(8).await;
        match self.program.u8(..8) {
            0 => Err(self.log.fail()),
            1 => self.log.panic(),
            _ => Ok(()),
        }
    }

    fn scope(&mut self) -> BoxFuture<'static, Result<(), Failures>> {
        self.scope_until(None)
    }

    /// A scope of a few children. Boxed, because its children open such scopes too.
    fn scope_until(
        &mut self,
        token: Option<CancellationToken>,
    ) -> BoxFuture<'static, Result<(), Failures>> {
        let mut task = self.fork();
        if task.alive.len() > 6 {
            return async { Ok(()) }.boxed();
        }
        task.alive.push(Arc::default());
        async move {
            let mut deadline = task.fork();
            let stop = async {
                if let Some(token) = token {
                    return token.cancelled().await;
                }
                yield_now().await;
                deadline.turns(60).await;
            };
            let mut body = task.fork();
            let scope = Group::scope_until(stop, async |group| {
                let mut handles = Handles::new();
                for _ in 0..body.program.u8(..8) {
                    let handle = body.spawn(&group, &mut handles);
                    handles.push(handle);
                    body.turns(1).await;
                }
                match body.program.u8(..12) {
                    0 => Err(body.log.fail())?,
                    1 => body.log.panic(),
                    2 => group.cancel(),
                    3 => {
                        let result = body.scope().await;
                        body.log.handle(result);
                    }
                    4 => body.scope().await?,
                    5 => {
                        for handle in handles {
                            handle.outcome().await;
                        }
                    }
                    _ => {}
                }
                Ok(())
            });
            let ended = AssertUnwindSafe(scope).catch_unwind().await;
            if task.alive_in_the_innermost() > 0 {
                task.log.outlived.set();
            }
            ended.unwrap_or_else(|panic| resume_unwind(panic)).map(drop)
        }
        .boxed()
    }
}

/// Runs a program, and drops its outermost scope half-way in one of four.
async fn run(program: u64, seed: u64) {
    let mut task = Task {
        program: Rng::with_seed(program),
        moments: Rng::with_seed(seed),
        log: Arc::default(),
        alive: vec![Arc::default()],
    };
    let log = Arc::clone(&task.log);
    let scope = task.scope();
    let scope = tokio::spawn(task.counted(scope));
    let dropped = task.program.u8(..4) == 0;
    if dropped {
        task.turns(60).await;
        scope.abort();
    }
    let ended = scope.await;
    // A dropped outermost scope does not wait for its children, but they end.
    while task.alive_in_the_innermost() > 0 {
        assert!(dropped, "a child outlives the outermost scope");
        yield_now().await;
    }
    assert!(!log.outlived.is_set(), "a child outlives its scope");
    match ended {
        Ok(result) => {
            assert!(!log.panicked.is_set(), "a panic is lost");
            log.handle(result);
            let (failed, handled) = (log.failed.lock().unwrap(), log.handled.lock().unwrap());
            assert!(
                handled.iter().eq(failed.iter()),
                "{failed:?} failed, {handled:?} reported"
            );
        }
        Err(error) if error.is_panic() => {
            assert!(
                log.panicked.is_set(),
                "a panic that no task caused: {error}"
            );
        }
        Err(_) => assert!(dropped),
    }
}

fn run_all(runtime: &Runtime) {
    let seeds = if long() { 500 } else { 3 };
    for (program, seed) in (0..100).flat_map(|program| (0..seeds).map(move |seed| (program, seed)))
    {
        let limit = Duration::from_secs(60);
        let ended = AssertUnwindSafe(async { timeout(limit, run(program, seed)).await });
        let ended = runtime.block_on(ended.catch_unwind());
        match ended {
            Ok(in_time) => assert!(in_time.is_ok(), "program {program}, seed {seed} hangs"),
            Err(panic) => {
                eprintln!("in program {program}, seed {seed}");
                resume_unwind(panic)
            }
        }
    }
}

fn limit() -> Duration {
    Duration::from_secs(if long() { 600 } else { 60 })
}

#[test]
fn random_programs_hold_the_rules_on_one_thread() {
    limited(limit(), || {
        let mut runtime = Builder::new_current_thread();
        run_all(&runtime.enable_time().start_paused(true).build().unwrap());
    });
}

#[test]
fn random_programs_hold_the_rules_on_two_threads() {
    limited(limit(), || {
        let mut runtime = Builder::new_multi_thread();
        run_all(&runtime.worker_threads(2).enable_time().build().unwrap());
    });
}
