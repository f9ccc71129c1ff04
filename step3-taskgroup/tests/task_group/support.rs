//! What the tests share: a count of living children, and runtimes with a limit.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::time::timeout;

pub fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Counts the children that have not been dropped yet.
#[derive(Clone, Default)]
pub struct Alive(Arc<()>);

impl Alive {
    /// `work`, counted as alive until it is dropped.
    pub fn child<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        let counted = self.clone();
        async move {
            let output = work.await;
            drop(counted);
            output
        }
    }

    #[track_caller]
    pub fn assert_none(&self) {
        assert_eq!(self.count(), 0, "children are alive after their scope");
    }

    pub fn count(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}

/// A child that never ends by itself.
pub async fn for_ever<T, E>() -> Result<T, E> {
    std::future::pending().await
}

/// Runs `f` when it is dropped.
pub struct OnDrop<F: FnMut()>(pub F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[derive(Clone, Default)]
pub struct Flag(Arc<AtomicBool>);

impl Flag {
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Whether `LONG_TESTS=1` asks for many more rounds of the tests that have rounds.
pub fn long() -> bool {
    std::env::var_os("LONG_TESTS").is_some_and(|value| value == "1")
}

/// Runs `rule` in a thread of its own. A broken rule may hang or spin; then the test fails.
pub fn limited(limit: Duration, rule: impl FnOnce() + Send + 'static) {
    let (running, ended) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        let _running = running;
        rule();
    });
    let end = ended.recv_timeout(limit);
    assert_ne!(
        end,
        Err(RecvTimeoutError::Timeout),
        "still running after {limit:?}"
    );
    if let Err(panic) = thread.join() {
        resume_unwind(panic);
    }
}

const LIMIT: Duration = Duration::from_secs(60);

/// Runs `rule` on the current-thread runtime with a paused clock.
pub fn on_paused_clock<F: Future<Output = ()>>(rule: impl FnOnce() -> F + Send + 'static) {
    limited(LIMIT, || paused(rule()));
}

/// Runs `rule` on the paused current-thread runtime, and several times on the multi-thread one,
/// where children run while the scope does.
pub fn on_both_runtimes<F: Future<Output = ()>>(rule: impl Fn() -> F + Send + 'static) {
    limited(LIMIT, move || {
        paused(rule());
        let threads = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_time()
            .build()
            .unwrap();
        for _ in 0..if long() { 200 } else { 5 } {
            threads.block_on(rule());
        }
    });
}

/// Where nothing but the timeout is left to wait for, the paused clock jumps to it: a hang fails at
/// once.
fn paused(rule: impl Future<Output = ()>) {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let day = Duration::from_secs(24 * 60 * 60);
    let in_time = runtime.block_on(async { timeout(day, rule).await });
    in_time.expect("hangs: nothing that it waits for can happen any more");
}
