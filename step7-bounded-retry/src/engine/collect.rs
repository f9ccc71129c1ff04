use std::future::pending;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use step3_taskgroup::ErrorGroup;

use super::{AttemptError, Failure, Outcome, Request, Settings};

/// Fetches all `urls` and returns one outcome for each, in input order.
///
/// # Panics and cancellation
///
/// As [`stream`](super::stream()).
pub async fn collect<A, F, T>(
    settings: Settings,
    urls: impl IntoIterator<Item = impl Into<String>>,
    attempt: A,
) -> Vec<Outcome<T>>
where
    A: Fn(Arc<Request>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<T, AttemptError>> + Send + 'static,
    T: Send + 'static,
{
    let urls = stream::iter(urls.into_iter().map(Into::into));
    let mut outcomes: Vec<_> = super::stream(settings, urls, pending(), attempt)
        .collect()
        .await;
    outcomes.sort_unstable_by_key(|outcome| outcome.index);
    outcomes
}

/// Fetches all `urls` and returns the results in input order, or all failures if there are any.
///
/// A failure does not stop the other fetches.
///
/// # Errors
///
/// A group of all failures, in input order, each with its URL as the name of its task.
///
/// # Panics and cancellation
///
/// As [`stream`](super::stream()).
pub async fn try_collect<A, F, T>(
    settings: Settings,
    urls: impl IntoIterator<Item = impl Into<String>>,
    attempt: A,
) -> Result<Vec<T>, ErrorGroup<Failure>>
where
    A: Fn(Arc<Request>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<T, AttemptError>> + Send + 'static,
    T: Send + 'static,
{
    let (results, failures) = partition(collect(settings, urls, attempt).await);
    failures.map_or(Ok(results), Err)
}

/// Separates the results from the failures. Both keep the order of `outcomes`; in the group, each
/// failure has its URL as the name of its task, and the caller's source line.
#[must_use]
#[track_caller]
pub fn partition<T>(
    outcomes: impl IntoIterator<Item = Outcome<T>>,
) -> (Vec<T>, Option<ErrorGroup<Failure>>) {
    let results = outcomes
        .into_iter()
        .map(|outcome| (outcome.url.into(), outcome.result));
    crate::partition::partition("", results)
}
