use std::convert::Infallible;
use std::future::ready;
use std::pin::pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use step3_taskgroup::TaskGroup;
use tokio::sync::mpsc;

use super::fetch::{Fetch, Shared};
use super::{AttemptError, Outcome, Request, Settings};

/// Fetches every URL of `urls` and gives each outcome as it comes. Each URL has exactly one.
///
/// It takes a URL in only while there is room in the [window](field@Settings::window), and an outcome
/// makes room when it is asked for. So memory does not grow with the number of URLs, and whoever is
/// slow to ask slows the fetching down. The attempts that are running go on meanwhile: they are tasks
/// of their own.
///
/// When `stop` resolves, no URL is taken in any more, no attempt is begun, and those that are running
/// are dropped. What was taken in has the outcome [`Failure::Cancelled`](super::Failure::Cancelled).
/// That is looked for when the stream is polled: somebody who stops asking stops nothing.
///
/// # Panics
///
/// When an attempt does: the stream panics, once all the other attempts have been cancelled and are
/// gone. Also when it is polled outside a tokio runtime.
///
/// # Cancellation
///
/// Nothing happens before the first poll. Dropping the stream cancels the attempts, and nobody waits
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
        let done = TaskGroup::<Infallible>::scope(async move |group| {
            run(settings, urls, stop, attempt, &group, sender).await;
            Ok(())
        });
        done.await.expect("a fetch has an outcome, and no error");
    };
    // The stream is driven by whoever polls it, and so is the run.
    let run = stream::once(run).filter_map(|()| ready(None));
    stream::select(stream::poll_fn(move |cx| receiver.poll_recv(cx)), run)
}

/// Feeds the window, and passes on what leaves it.
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
    let shared = Arc::new(Shared::new(settings, attempt));
    let (mut urls, mut stop) = (pin!(urls), pin!(stop));
    // It holds no more than the window does.
    let (ended, mut has_ended) = mpsc::unbounded_channel();
    let mut index = 0;
    let mut pending = 0;
    let mut more = true;
    let mut stopped = false;

    while more || pending > 0 {
        tokio::select! {
            biased;
            () = &mut stop, if !stopped => {
                stopped = true;
                more = false;
                group.cancel();
            }
            Some(outcome) = has_ended.recv(), if pending > 0 => {
                // Nobody receives it if the stream has been dropped; then neither is this polled.
                let _ = outcomes.send(outcome).await;
                pending -= 1;
            }
            url = urls.next(), if more && pending < 1024 => match url {
                None => more = false,
                Some(url) => {
                    let fetch = Fetch::new(index, url);
                    index += 1;
                    pending += 1;
                    let (shared, ended) = (Arc::clone(&shared), ended.clone());
                    group.spawn_with_token(async move |stop| {
                        let _ = ended.send(fetch.run(&shared, stop).await);
                        Ok(())
                    });
                }
            },
        }
    }
}
