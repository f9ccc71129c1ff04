use std::convert::Infallible;
use std::future::ready;
use std::pin::pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use step3_taskgroup::TaskGroup;
use tokio::sync::mpsc;

use super::fetch::{Fetch, Shared};
use super::{AttemptError, Outcome, Request, Settings};

/// Fetches every URL of `urls` and yields each outcome as soon as it is known. Each accepted URL has
/// exactly one outcome.
///
/// A URL is accepted only while there is room in the [window](field@Settings::window), and an
/// outcome leaves the window when it is received. So memory does not grow with the number of URLs,
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

/// Accepts URLs while there is room in the window, and sends the outcomes.
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
    // Unbounded, but it never holds more outcomes than the window has room for.
    let (done, mut finished) = mpsc::unbounded_channel();
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
            Some(outcome) = finished.recv(), if pending > 0 => {
                // It cannot fail: dropping the receiver drops this future too.
                let _ = outcomes.send(outcome).await;
                pending -= 1;
            }
            url = urls.next(), if more && pending < settings.window() => match url {
                None => more = false,
                Some(url) => {
                    let fetch = Fetch::new(index, url);
                    index += 1;
                    pending += 1;
                    let (shared, done) = (Arc::clone(&shared), done.clone());
                    group.spawn_with_token(async move |stop| {
                        let _ = done.send(fetch.run(&shared, stop).await);
                        Ok(())
                    });
                }
            },
        }
    }
}
