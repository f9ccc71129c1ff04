//! What the tests share: who is alive, and two runtimes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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

/// Runs `rule` on the paused current-thread runtime, and twenty times on the multi-thread
/// one, where children run while the scope does. A rule that hangs there fails.
pub fn on_both_runtimes<F: Future<Output = ()>>(rule: impl Fn() -> F) {
    let paused = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    paused.block_on(rule());

    let threads = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    threads.block_on(async {
        for _ in 0..20 {
            timeout(Duration::from_secs(30), rule())
                .await
                .expect("the scope never ended");
        }
    });
}
