use std::convert::Infallible;
use std::future::ready;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use step3_taskgroup::TaskGroup;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::line::{self, Line};
use super::running::{Finished, Running};
use super::scheduler::{Report, Scheduler, Step};
use super::{AttemptError, Outcome, Request, Settings, accept};

/// Fetches every URL of `urls` and yields each outcome as soon as it is known. Each accepted URL has
/// exactly one outcome.
///
/// A URL is accepted only while those that wait take less than [`Settings::max_waiting`], and no attempt
/// is started while an outcome waits to be received. So memory does not grow with the number of URLs,
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
    let (sender, mut receiver) = mpsc::channel(1);
    let run = async move {
        let scope = TaskGroup::<Infallible>::scope(async move |group| {
            run(settings, urls, stop, attempt, &group, sender).await;
            Ok(())
        });
        scope.await.expect("no child returns an error");
    };
    // Polling the stream also polls the run.
    let run = stream::once(run).filter_map(|()| ready(None));
    stream::select(stream::poll_fn(move |cx| receiver.poll_recv(cx)), run)
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
        if ready.is_none() {
            let now = start.elapsed();
            match scheduler.next(now) {
                Step::Start(job) => {
                    let close = scheduler.hosts() > settings.max_kept_hosts;
                    let url = accept::parse(&job.item.url).expect("checked when it was accepted");
                    let request = Arc::new(Request::new(url, job.item.index, close));
                    let deadline = start.checked_add(job.deadline());
                    let work = attempt(Arc::clone(&request));
                    let running = Running::new(job, request, report.clone());
                    group.spawn(async move {
                        running.run(work, settings.stall_timeout, deadline).await;
                        Ok(())
                    });
                    continue;
                }
                Step::End(ended) => ready = Some(line::outcome(ended, None, &settings, now)),
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
                    let line = Line::new(next_index, url);
                    next_index += 1;
                    ready = accept(&mut scheduler, line, start.elapsed());
                }
            },
            () = &mut alarm, if until.is_some() => {}
        }
    }
}

/// Gives the line to the scheduler, or its outcome if it is no URL.
fn accept<T>(scheduler: &mut Scheduler<Line>, line: Line, now: Duration) -> Option<Outcome<T>> {
    match accept::host_of(&line.url, |host| scheduler.knows(host)) {
        Ok(host) => {
            let host = host.into_owned();
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
    let (value, error) = match result {
        Some(Ok(value)) => (Some(value), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let report = match (&value, &error) {
        (Some(_), _) => Report::Success,
        (None, Some(error)) => error.report(),
        (None, None) => Report::Dropped,
    };
    attempt.item.record(&request, error);
    let ended = scheduler.ended(attempt, report, now)?;
    Some(line::outcome(ended, value, settings, now))
}
