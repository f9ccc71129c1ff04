//! A future that runs until it has ended or is cancelled, and whose panics are caught.

use std::any::Any;
use std::future::poll_fn;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use tokio_util::sync::CancellationToken;

pub(super) type Panic = Box<dyn Any + Send>;

/// Boxed, because each function and async block around a future holds its size once more. None
/// once it has ended.
pub(super) struct Work<F>(Option<Pin<Box<F>>>);

/// There is neither an output nor a panic if the work was cancelled, and there are both if its
/// destructor panicked.
pub(super) struct Ended<T> {
    pub output: Option<T>,
    pub panic: Option<Panic>,
}

impl<F: Future> Work<F> {
    pub fn new(future: F) -> Self {
        Self(Some(Box::pin(future)))
    }

    pub fn is_running(&self) -> bool {
        self.0.is_some()
    }

    /// Polls the work, and drops it when it has ended. Never ready again after that.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Ended<F::Output>> {
        let Some(future) = &mut self.0 else {
            return Poll::Pending;
        };
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(output) => {
                let output = Some(ready!(output));
                let panic = self.cancel().panic;
                Poll::Ready(Ended { output, panic })
            }
            Err(panic) => {
                if let Some(second) = self.cancel().panic {
                    discard(second);
                }
                Poll::Ready(Ended {
                    output: None,
                    panic: Some(panic),
                })
            }
        }
    }

    /// Drops the work. The panic is that of a destructor.
    pub fn cancel(&mut self) -> Ended<F::Output> {
        let dropped = catch_unwind(AssertUnwindSafe(|| self.0 = None));
        Ended {
            output: None,
            panic: dropped.err(),
        }
    }

    /// Runs the work to its end, or until the token is cancelled.
    ///
    /// Unlike the method of tokio-util's token with this name, it polls the work first: work that is
    /// ready wins.
    pub async fn run_until_cancelled(&mut self, token: &CancellationToken) -> Ended<F::Output> {
        let mut cancelled = pin!(token.cancelled());
        poll_fn(|cx| {
            let ended = self.poll(cx);
            if ended.is_ready() {
                return ended;
            }
            ready!(cancelled.as_mut().poll(cx));
            Poll::Ready(self.cancel())
        })
        .await
    }
}

/// Drops the payload of a panic. Its destructor may panic, and so may the destructor of that
/// payload, which is leaked.
pub(super) fn discard(panic: Panic) {
    mem::forget(catch_unwind(AssertUnwindSafe(|| drop(panic))));
}
