use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep_until};

use super::line::Line;
use super::scheduler::Attempt;
use super::{AttemptError, Request};

/// An attempt that has ended, and what came of it: nothing, if it was cut off.
pub(super) struct Finished<T> {
    pub(super) attempt: Attempt<Line>,
    pub(super) request: Arc<Request>,
    pub(super) result: Option<Result<T, AttemptError>>,
    pub(super) ended: Instant,
}

/// An attempt that runs. It is reported also if its task is cancelled.
pub(super) struct Running<T> {
    finished: Option<Finished<T>>,
    report: UnboundedSender<Finished<T>>,
}

impl<T> Running<T> {
    pub(super) fn new(
        attempt: Attempt<Line>,
        request: Arc<Request>,
        report: UnboundedSender<Finished<T>>,
    ) -> Self {
        Self {
            finished: Some(Finished {
                attempt,
                request,
                result: None,
                ended: Instant::now(),
            }),
            report,
        }
    }

    /// Drives the attempt to its end, or to `deadline`, or until it has made no progress for too long.
    pub(super) async fn run(
        mut self,
        attempt: impl Future<Output = Result<T, AttemptError>>,
        stall_timeout: Duration,
        deadline: Option<Instant>,
    ) -> Result<(), Infallible> {
        let finished = self.finished.as_mut().expect("it is taken when dropped");
        let request = &finished.request;
        let next_look = || {
            let stalled = request.last_progress().checked_add(stall_timeout);
            stalled.into_iter().chain(deadline).min()
        };
        let Some(first_look) = next_look() else {
            finished.result = Some(attempt.await);
            return Ok(());
        };
        let mut attempt = pin!(attempt);
        // Set once for an attempt, and again only when it rings: progress moves no timer.
        let mut look = pin!(sleep_until(first_look));
        finished.result = loop {
            tokio::select! {
                biased;
                result = &mut attempt => break Some(result),
                () = &mut look => {}
            }
            let now = Instant::now();
            if deadline.is_some_and(|deadline| deadline <= now) {
                break None;
            }
            match next_look() {
                Some(next) if next > now => look.as_mut().reset(next),
                _ => {
                    break Some(Err(AttemptError::Timeout {
                        after: stall_timeout,
                        connected: true,
                    }));
                }
            }
        };
        Ok(())
    }
}

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        if let Some(mut finished) = self.finished.take() {
            finished.ended = Instant::now();
            // It fails if the stream has been dropped.
            let _ = self.report.send(finished);
        }
    }
}
