use std::future::pending;
use std::panic::Location;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use step3_taskgroup::{ErrorGroup, ErrorNode, Leaf, TaskName};

use super::{AttemptError, Failure, Outcome, Request, Settings};

/// Fetches all `urls` and gives one outcome for each, in input order.
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

/// Fetches all `urls` and gives the results in input order, or every failure.
///
/// It runs to the end in any case: a failure stops nobody.
///
/// # Errors
///
/// A group of everything that failed, in input order, with the URL as the name of the task.
///
/// # Panics and cancellation
///
/// As [`stream`](super::stream()).
pub async fn strict<A, F, T>(
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

/// The results by themselves, and a group of everything that failed, both in the order of
/// `outcomes`. In the group the URL is the name of the task, and the source line is the caller's.
#[must_use]
#[track_caller]
pub fn partition<T>(
    outcomes: impl IntoIterator<Item = Outcome<T>>,
) -> (Vec<T>, Option<ErrorGroup<Failure>>) {
    let location = Location::caller();
    let mut results = Vec::new();
    let mut failed = Vec::new();
    for outcome in outcomes {
        match outcome.result {
            Ok(result) => results.push(result),
            Err(error) => failed.push(ErrorNode::Leaf(Leaf {
                error,
                task: TaskName::Named(outcome.url.into()),
                location,
            })),
        }
    }
    (results, ErrorGroup::new("", failed))
}
