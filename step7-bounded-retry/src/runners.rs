use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use step1_fetcher::{FetchError, FetchResult, fetch_url};
use step2_gather::gather_settled;
use step3_taskgroup::{ErrorGroup, ErrorNode, Leaf, TaskGroup, TaskName};
use tokio::sync::Semaphore;

use crate::{ConcurrencyMeter, FetchOutcome, RetryPolicy, classify_error, retry};

/// Fetches all `urls` at once, each with retries. The outcomes are in input order.
///
/// # Cancellation
///
/// The fetches run on, as with [`gather_settled`].
pub async fn fetch_all_with_gather_retry(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<Arc<str>>>,
    policy: RetryPolicy,
) -> Vec<FetchOutcome> {
    let fetches = urls.into_iter().map(|url| {
        let (client, url) = (client.clone(), url.into());
        async move {
            let attempt = || fetch_url(&client, &url, Duration::ZERO);
            let (result, attempts) = retry(policy, classify_error, attempt).await;
            FetchOutcome {
                url,
                result,
                attempts,
            }
        }
    });
    gather_settled(fetches).await
}

/// Fetches all `urls`, at most `max_concurrency` at a time, each with retries. The outcomes are in
/// input order: a failure is an outcome, and cancels nobody.
///
/// A permit covers one attempt. None is held while a fetch waits for its next one, or those that
/// wait would keep out those that could work. (The article holds it from the first attempt to the
/// last.) The meter counts the attempts.
///
/// # Panics
///
/// Only if an attempt does.
///
/// # Cancellation
///
/// As [`TaskGroup::scope`]: the fetches are cancelled.
pub async fn fetch_all_with_taskgroup_bounded(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<Arc<str>>>,
    policy: RetryPolicy,
    max_concurrency: NonZeroUsize,
    meter: &ConcurrencyMeter,
) -> Vec<FetchOutcome> {
    let permits = Arc::new(Semaphore::new(
        max_concurrency.get().min(Semaphore::MAX_PERMITS),
    ));
    let outcomes = TaskGroup::<Infallible>::scope(async |group| {
        let mut fetches = Vec::new();
        for url in urls {
            let (client, url) = (client.clone(), url.into());
            let (permits, meter) = (Arc::clone(&permits), meter.clone());
            fetches.push(group.spawn_named(Arc::clone(&url), async move {
                let attempt = || async {
                    let _permit = permits.acquire().await.expect("nobody closes it");
                    let _in_flight = meter.enter();
                    fetch_url(&client, &url, Duration::ZERO).await
                };
                let (result, attempts) = retry(policy, classify_error, attempt).await;
                Ok(FetchOutcome {
                    url,
                    result,
                    attempts,
                })
            }));
        }

        let mut outcomes = Vec::with_capacity(fetches.len());
        for fetch in fetches {
            outcomes.push(fetch.await);
        }
        Ok(outcomes)
    })
    .await;
    outcomes.expect("every child has an outcome, and no error")
}

/// Like [`fetch_all_with_taskgroup_bounded`], and fails if a fetch does.
///
/// It does not fail *fast*: every fetch runs to its end, so that every failure is in the group.
/// [`fetch_all_taskgroup`](step3_taskgroup::fetch_all_taskgroup) is the one that stops at the first.
///
/// # Errors
///
/// Every fetch that failed, in input order, with its URL as the name of its task.
pub async fn fetch_all_taskgroup_strict(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<Arc<str>>>,
    policy: RetryPolicy,
    max_concurrency: NonZeroUsize,
) -> Result<Vec<FetchResult>, ErrorGroup<FetchError>> {
    let meter = ConcurrencyMeter::default();
    let outcomes =
        fetch_all_with_taskgroup_bounded(client, urls, policy, max_concurrency, &meter).await;

    let mut pages = Vec::with_capacity(outcomes.len());
    let mut failed = Vec::new();
    for FetchOutcome { url, result, .. } in outcomes {
        match result {
            Ok(page) => pages.push(page),
            Err(error) => failed.push(ErrorNode::Leaf(Leaf {
                error,
                task: TaskName::Named(url),
                location: Location::caller(),
            })),
        }
    }
    ErrorGroup::new("fetch_all_taskgroup_strict", failed).map_or(Ok(pages), Err)
}
