use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use step3_taskgroup::TaskGroup;
use tokio::sync::mpsc;

use super::fetch::{Fetch, Shared};
use super::{AttemptError, Outcome, Request, Settings};

/// Fetches every URL of `urls`, hands each outcome to `sink` as it comes, and returns when there is
/// none left. Each URL has exactly one outcome.
///
/// It takes a URL in only while there is room in the [window](Settings::window), and an outcome has
/// left the window when `sink` is done with it. So memory does not grow with the number of URLs, and
/// a slow sink slows the fetching down. The attempts that are running go on meanwhile: they are
/// tasks of their own.
///
/// When `stop` resolves, no URL is taken in any more, and those that are in get the outcome
/// [`Failure::Cancelled`](super::Failure::Cancelled). It is looked at between two calls of `sink`.
///
/// # Panics
///
/// When an attempt does, once all the others have been cancelled and are gone.
///
/// # Cancellation
///
/// As [`TaskGroup::scope`]: dropping the future cancels the attempts, and nobody waits for them.
pub async fn stream<A, F, T>(
    settings: &Settings,
    urls: impl Stream<Item = String>,
    stop: impl Future<Output = ()>,
    attempt: A,
    mut sink: impl AsyncFnMut(Outcome<T>),
) where
    A: Fn(Arc<Request>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<T, AttemptError>> + Send + 'static,
    T: Send + 'static,
{
    let shared = Arc::new(Shared::new(*settings, attempt));
    let done = TaskGroup::<Infallible>::scope(async |group| {
        let (mut urls, mut stop) = (pin!(urls), pin!(stop));
        // It holds no more than the window does.
        let (ended, mut outcomes) = mpsc::unbounded_channel();
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
                Some(outcome) = outcomes.recv(), if pending > 0 => {
                    sink(outcome).await;
                    pending -= 1;
                }
                url = urls.next(), if more && pending < settings.window() => {
                    let Some(url) = url else {
                        more = false;
                        continue;
                    };
                    let fetch = Fetch::new(index, url);
                    index += 1;
                    pending += 1;
                    let (shared, ended) = (Arc::clone(&shared), ended.clone());
                    group.spawn_with_token(|stop| async move {
                        // Nobody receives it if the stream has been dropped.
                        let _ = ended.send(fetch.run(&shared, stop).await);
                        Ok(())
                    });
                }
            }
        }
        Ok(())
    })
    .await;
    done.expect("a fetch has an outcome, and no error");
}
