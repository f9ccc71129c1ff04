use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use reqwest::Url;
use tokio::time::{Instant, Sleep, sleep};

use super::line::Line;
use super::run::{Next, Run};
use super::scheduler::Attempt;
use super::{AttemptError, Request};

/// A child of the group. It makes one attempt after another, for as long as one may start.
///
/// An attempt is reported also if the child is cancelled.
pub(super) struct Child<A, T> {
    run: Arc<Run<A, T>>,
    /// The attempt that runs.
    current: Option<Current>,
}

struct Current {
    attempt: Attempt<Line>,
    request: Arc<Request>,
}

impl Current {
    fn new(next: Next) -> Self {
        let Next { attempt, close } = next;
        let url = Url::parse(&attempt.item.url).expect("checked when it was accepted");
        let request = Arc::new(Request::new(url, attempt.item.index, close));
        Self { attempt, request }
    }
}

impl<A, T> Child<A, T> {
    pub(super) fn new(run: Arc<Run<A, T>>, first: Next) -> Self {
        let current = Some(Current::new(first));
        Self { run, current }
    }

    pub(super) async fn work<F>(mut self) -> Result<(), Infallible>
    where
        A: Fn(Arc<Request>) -> F,
        F: Future<Output = Result<T, AttemptError>>,
    {
        // One alarm for all its attempts: it seldom rings, so it is seldom set.
        let mut alarm = pin!(sleep(Duration::MAX));
        while let Some(current) = &self.current {
            let result = self.attempt(current, alarm.as_mut()).await;
            self.end(result);
        }
        Ok(())
    }

    /// Drives the attempt to its end, or to its deadline, or until it has made no progress for too long.
    async fn attempt<F>(
        &self,
        Current { attempt, request }: &Current,
        mut alarm: Pin<&mut Sleep>,
    ) -> Option<Result<T, AttemptError>>
    where
        A: Fn(Arc<Request>) -> F,
        F: Future<Output = Result<T, AttemptError>>,
    {
        let after = self.run.settings.stall_timeout;
        let deadline = self.run.start.checked_add(attempt.deadline());
        let mut work = pin!((self.run.attempt)(Arc::clone(request)));
        let mut now = request.last_progress();
        loop {
            if deadline.is_some_and(|deadline| deadline <= now) {
                return None;
            }
            let stalled = request.last_progress().checked_add(after);
            if stalled.is_some_and(|stalled| stalled <= now) {
                let connected = true;
                return Some(Err(AttemptError::Timeout { after, connected }));
            }
            let look = deadline.into_iter().chain(stalled).min();
            // It may ring too early, for an attempt before this one.
            if let Some(look) = look.filter(|look| *look < alarm.deadline() || alarm.is_elapsed()) {
                alarm.as_mut().reset(look);
            }
            tokio::select! {
                biased;
                result = &mut work => return Some(result),
                () = &mut alarm, if look.is_some() => {}
            }
            now = Instant::now();
        }
    }

    /// Reports the attempt, and takes the next one.
    fn end(&mut self, result: Option<Result<T, AttemptError>>) {
        let Some(Current { attempt, request }) = self.current.take() else {
            return;
        };
        let now = self.run.start.elapsed();
        let mut state = self.run.lock();
        state.end(attempt, &request, result, now);
        let next = state.next(now);
        drop(state);
        self.run.changed.notify_one();
        self.current = next.ok().map(Current::new);
    }
}

impl<A, T> Drop for Child<A, T> {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.end(None);
        }
    }
}
