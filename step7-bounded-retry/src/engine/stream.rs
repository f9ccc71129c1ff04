use std::convert::Infallible;
use std::future::ready;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, PollNext, Stream, StreamExt};
use reqwest::Url;
use step3_taskgroup::TaskGroup;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::time::{Instant, sleep_until};

use super::line::Line;
use super::running::{Finished, Running};
use super::scheduler::{Report, Scheduler, Step};
use super::{AttemptError, Outcome, Request, Settings, accept};

/// How many outcomes may wait to be received before nothing more is started.
const READY: usize = 16;

/// Fetches every URL of `urls` and yields each outcome as soon as it is known. Each accepted URL has
/// exactly one outcome.
///
/// A URL is accepted only while those that wait take less than [`Settings::max_waiting`], and no attempt
/// is started while a few outcomes wait to be received. So memory does not grow with the number of URLs,
/// and a slow consumer slows the fetching down. Attempts that are already running continue: they are
/// tasks.
///
/// When `stop` resolves, no more URLs are accepted, no attempt is started, and running attempts are
/// dropped. Accepted URLs that are not finished have the outcome
/// [`Failure::Cancelled`](super::Failure::Cancelled). `stop` is only observed while the stream is
/// polled.
///
/// # Panics
///
/// If an attempt panics, the stream panics after all other attempts have been cancelled and have
/// ended. It also panics if it is polled outside a tokio runtime.
///
/// # Cancellation
///
/// Nothing happens before the first poll. Dropping the stream cancels the attempts without waiting
/// for them; see [`TaskGroup`].
pub fn stream<A, F, T>(
    settings: Settings,
    urls: impl Stream<Item = String>,
    stop: impl Future<Output = ()>,
    attempt: A,
) -> impl Stream<Item = Outcome<T>>
where
    A: Fn(Arc<Request>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<T, AttemptError>> + Send + 'static,
    T: Send + 'static,
{
    let (sender, mut receiver) = mpsc::channel(READY);
    let run = Box::pin(async move {
        let scope = TaskGroup::<Infallible>::scope(async move |group| {
            run(settings, urls, stop, attempt, &group, sender).await;
            Ok(())
        });
        scope.await.expect("no child returns an error");
    });
    let outcomes = stream::poll_fn(move |context| receiver.poll_recv(context));
    // It yields nothing by itself. It is polled first, also while outcomes wait: it has to look at `stop`.
    let run = stream::once(run).filter_map(|()| ready(None));
    stream::select_with_strategy(run, outcomes, |()| PollNext::Left)
}

/// Asks the scheduler what to do, and does it. Attempts are children of the group.
async fn run<A, F, T>(
    settings: Settings,
    urls: impl Stream<Item = String>,
    stop: impl Future<Output = ()>,
    attempt: A,
    group: &TaskGroup<Infallible>,
    outcomes: mpsc::Sender<Outcome<T>>,
) where
    A: Fn(Arc<Request>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<T, AttemptError>> + Send + 'static,
    T: Send + 'static,
{
    let start = Instant::now();
    let mut scheduler = Scheduler::<Line>::new(settings, fastrand::Rng::new());
    let (mut urls, mut stop) = (pin!(urls), pin!(stop));
    let mut alarm = pin!(sleep_until(start));
    // Unbounded, but it never holds more than the attempts that run.
    let (report, mut reports) = mpsc::unbounded_channel::<Finished<T>>();
    let mut next_index = 0;
    let mut more = true;
    let mut stopped = false;
    // An outcome that waits to be received. Meanwhile nothing is started.
    let mut ready = None;

    loop {
        let mut until = None;
        if let Some(Err(TrySendError::Full(outcome))) =
            ready.take().map(|one| outcomes.try_send(one))
        {
            ready = Some(outcome);
        } else {
            let now = start.elapsed();
            match scheduler.next(now) {
                Step::Start(job) => {
                    let close = scheduler.hosts() > settings.max_kept_hosts;
                    let url = Url::parse(&job.item.url).expect("checked when it was accepted");
                    let request = Arc::new(Request::new(url, job.item.index, close));
                    let deadline = start.checked_add(job.deadline());
                    // Boxed, as it would be moved several times.
                    let work = Box::pin(attempt(Arc::clone(&request)));
                    let running = Running::new(job, request, report.clone());
                    group.spawn(running.run(work, settings.stall_timeout, deadline));
                    continue;
                }
                Step::End(ended) => ready = Some(Line::failed(ended, &settings, now)),
                Step::Wait(_) if !more && scheduler.is_empty() => break,
                Step::Wait(time) => {
                    until = time.and_then(|time| start.checked_add(time));
                    if let Some(until) = until.filter(|&until| until != alarm.deadline()) {
                        alarm.as_mut().reset(until);
                    }
                }
            }
        }
        tokio::select! {
            biased;
            () = &mut stop, if !stopped => {
                (stopped, more) = (true, false);
                scheduler.stop();
                group.cancel();
            }
            Ok(permit) = outcomes.reserve(), if ready.is_some() => {
                permit.send(ready.take().expect("an outcome is ready"));
            }
            Some(finished) = reports.recv(), if ready.is_none() => {
                ready = conclude(&mut scheduler, finished, &settings, start);
            }
            url = urls.next(), if more && ready.is_none() && scheduler.has_room() => match url {
                None => more = false,
                Some(url) => {
                    ready = accept(&mut scheduler, next_index, &url, start.elapsed());
                    next_index += 1;
                }
            },
            () = &mut alarm, if until.is_some() => {}
        }
    }
}

/// Gives the line to the scheduler, or its outcome if it is no URL.
fn accept<T>(
    scheduler: &mut Scheduler<Line>,
    index: u64,
    url: &str,
    now: Duration,
) -> Option<Outcome<T>> {
    let line = Line::new(index, url);
    match accept::host_of(url, |host| scheduler.knows(host)) {
        Ok(host) => {
            let size = line.size();
            scheduler.push(&host, line, size, now);
            None
        }
        Err(reason) => Some(line.invalid(reason)),
    }
}

/// Tells the scheduler how an attempt has ended, and gives the line's outcome if it has ended too.
fn conclude<T>(
    scheduler: &mut Scheduler<Line>,
    finished: Finished<T>,
    settings: &Settings,
    start: Instant,
) -> Option<Outcome<T>> {
    let Finished {
        mut attempt,
        request,
        result,
        ended,
    } = finished;
    // Not the time of now: a slow consumer may have kept it waiting.
    let now = ended - start;
    match result {
        Some(Ok(value)) => {
            let ended = scheduler.ended(attempt, Report::Success, now)?;
            Some(Line::succeeded(ended, &request, value, now))
        }
        failed => {
            let error = failed.and_then(Result::err);
            let report = error.as_ref().map_or(Report::Dropped, AttemptError::report);
            attempt.item.record(&request, error);
            let ended = scheduler.ended(attempt, report, now)?;
            Some(Line::failed(ended, settings, now))
        }
    }
}
