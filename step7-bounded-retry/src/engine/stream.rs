use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use futures_util::future::{FusedFuture, FutureExt};
use futures_util::stream::{self, Stream, StreamExt};
use step3_taskgroup::TaskGroup;
use tokio::time::sleep_until;

use super::child::Child;
use super::run::Run;
use super::{AttemptError, Outcome, Request, Settings};

/// Fetches every URL of `urls` and yields each outcome as soon as it is known. Each accepted URL has
/// exactly one outcome.
///
/// A URL is accepted only while those that wait take less than [`Settings::max_waiting`], and no attempt
/// is started while as many outcomes wait to be received as attempts may run
/// ([`Settings::max_concurrency`]). So memory does not grow with the number of URLs, and a slow consumer
/// slows the fetching down. Between two polls, running attempts continue and the next ones start: they are
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
    let run = Arc::new(Run::new(settings, attempt));
    let shared = Arc::clone(&run);
    let scope = async move {
        let scope = TaskGroup::<Infallible>::scope(async move |group| {
            feed(&shared, urls, stop, &group).await;
            Ok(())
        });
        scope.await.expect("no child returns an error");
    };
    let mut scope = Box::pin(scope.fuse());
    stream::poll_fn(move |context| {
        // First, also while outcomes wait: it has to look at `stop`.
        let _ = scope.as_mut().poll(context);
        match run.receive() {
            None if !scope.is_terminated() => Poll::Pending,
            outcome => Poll::Ready(outcome),
        }
    })
}

/// Gives the URLs to the scheduler, and starts a child for each attempt that may start, until every line
/// has ended.
async fn feed<A, F, T>(
    run: &Arc<Run<A, T>>,
    urls: impl Stream<Item = String>,
    stop: impl Future<Output = ()>,
    group: &TaskGroup<Infallible>,
) where
    A: Fn(Arc<Request>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<T, AttemptError>> + Send + 'static,
    T: Send + 'static,
{
    let (mut urls, mut stop) = (pin!(urls), pin!(stop));
    let mut alarm = pin!(sleep_until(run.start));
    let mut next_index = 0;
    let mut more = true;
    let mut stopped = false;

    loop {
        let (next, has_room, is_over) = {
            let mut state = run.lock();
            let next = state.next(run.start.elapsed());
            let is_over = !more && state.scheduler.is_empty();
            (next, state.has_room(), is_over)
        };
        let until = match next {
            Ok(next) => {
                group.spawn(Child::new(Arc::clone(run), next).work());
                continue;
            }
            Err(_) if is_over => return,
            Err(until) => until.and_then(|until| run.start.checked_add(until)),
        };
        if let Some(until) = until.filter(|&until| until != alarm.deadline()) {
            alarm.as_mut().reset(until);
        }
        tokio::select! {
            biased;
            () = &mut stop, if !stopped => {
                (stopped, more) = (true, false);
                run.lock().scheduler.stop();
                group.cancel();
            }
            () = run.changed.notified() => {}
            url = urls.next(), if more && has_room => match url {
                None => more = false,
                Some(url) => {
                    run.lock().accept(next_index, &url, run.start.elapsed());
                    next_index += 1;
                }
            },
            () = &mut alarm, if until.is_some() => {}
        }
    }
}
