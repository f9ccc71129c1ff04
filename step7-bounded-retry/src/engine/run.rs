use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::line::Line;
use super::scheduler::{Attempt, Report, Scheduler, Step};
use super::{AttemptError, Outcome, Request, Settings, accept};

/// What a stream and the children of its group share.
pub(super) struct Run<A, T> {
    pub(super) settings: Settings,
    pub(super) start: Instant,
    /// Makes one attempt.
    pub(super) attempt: A,
    /// Notified when an attempt has ended, or one may start again.
    pub(super) changed: Notify,
    state: Mutex<State<T>>,
}

/// What is behind the lock.
pub(super) struct State<T> {
    settings: Settings,
    pub(super) scheduler: Scheduler<Line>,
    /// Outcomes that wait to be received.
    pub(super) ready: VecDeque<Outcome<T>>,
}

/// An attempt that may start.
pub(super) struct Next {
    pub(super) attempt: Attempt<Line>,
    /// [`Request::close`].
    pub(super) close: bool,
}

impl<A, T> Run<A, T> {
    pub(super) fn new(settings: Settings, attempt: A) -> Self {
        Self {
            settings,
            start: Instant::now(),
            attempt,
            changed: Notify::new(),
            state: Mutex::new(State {
                settings,
                scheduler: Scheduler::new(settings, fastrand::Rng::new()),
                ready: VecDeque::new(),
            }),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Receives an outcome, if one waits.
    pub(super) fn receive(&self) -> Option<Outcome<T>> {
        let mut state = self.lock();
        if state.is_full() {
            self.changed.notify_one();
        }
        state.ready.pop_front()
    }
}

impl<T> State<T> {
    /// Whether as many outcomes wait to be received as attempts may run.
    fn is_full(&self) -> bool {
        self.ready.len() >= self.settings.max_concurrency.get()
    }

    /// Whether one more line may be accepted.
    pub(super) fn has_room(&self) -> bool {
        !self.is_full() && self.scheduler.has_room()
    }

    /// Gives the line to the scheduler, or its outcome if it is no URL.
    pub(super) fn accept(&mut self, index: u64, url: &str, now: Duration) {
        let line = Line::new(index, url);
        let size = line.size();
        let known = accept::plain_origin(url).and_then(|host| self.scheduler.host(host));
        if let Some(host) = known {
            return self.scheduler.push_to(host, line, size, now);
        }
        match accept::checked_host(url) {
            Ok(host) => self.scheduler.push(&host, line, size, now),
            Err(reason) => self.ready.push_back(line.invalid(reason)),
        }
    }

    /// The attempt that may start now.
    ///
    /// # Errors
    ///
    /// When there may be one, if that is known.
    pub(super) fn next(&mut self, now: Duration) -> Result<Next, Option<Duration>> {
        while !self.is_full() {
            match self.scheduler.next(now) {
                Step::Start(attempt) => {
                    let close = self.scheduler.hosts() > self.settings.max_kept_hosts;
                    return Ok(Next { attempt, close });
                }
                Step::End(ended) => {
                    let outcome = Line::failed(ended, &self.settings, now);
                    self.ready.push_back(outcome);
                }
                Step::Wait(until) => return Err(until),
            }
        }
        Err(None)
    }

    /// Reports an attempt that has ended, without a result if it was cut off. Its line may have an outcome
    /// now.
    pub(super) fn end(
        &mut self,
        mut attempt: Attempt<Line>,
        request: &Request,
        result: Option<Result<T, AttemptError>>,
        now: Duration,
    ) {
        let outcome = match result {
            Some(Ok(value)) => {
                let ended = self.scheduler.ended(attempt, Report::Success, now);
                ended.map(|ended| Line::succeeded(ended, request, value, now))
            }
            failed => {
                let error = failed.and_then(Result::err);
                let report = error.as_ref().map_or(Report::Dropped, AttemptError::report);
                attempt.item.record(request, error);
                let ended = self.scheduler.ended(attempt, report, now);
                ended.map(|ended| Line::failed(ended, &self.settings, now))
            }
        };
        self.ready.extend(outcome);
    }
}
