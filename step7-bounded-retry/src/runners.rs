use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use step1_fetcher::{FetchError, FetchResult, fetch_url};
use step2_gather::gather_settled;
use step3_taskgroup::{ErrorGroup, TaskGroup};
use tokio::sync::Semaphore;

use crate::partition::partition;
use crate::{ConcurrencyMeter, FetchOutcome, RetryPolicy, classify_error, retry};

/// Fetches all `urls` concurrently, each with retries. The outcomes are in input order.
///
/// # Panics
///
/// If an attempt panics.
///
/// # Cancellation
///
/// Dropping the future leaves the fetches running, retries included; see [`gather_settled`].
pub async fn fetch_all_with_gather_retry(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<Arc<str>>>,
    policy: RetryPolicy,
) -> Vec<FetchOutcome> {
    let urls = urls.into_iter();
    gather_settled(urls.map(|url| fetch_with_retry(client.clone(), url.into(), policy))).await
}

async fn fetch_with_retry(client: Client, url: Arc<str>, policy: RetryPolicy) -> FetchOutcome {
    let attempt = || fetch_url(&client, &url, Duration::ZERO);
    let (result, attempts) = retry(policy, classify_error, attempt).await;
    FetchOutcome {
        url,
        result,
        attempts,
    }
}

/// Fetches all `urls`, each with retries, with at most `max_concurrency` attempts at a time. The
/// outcomes are in input order. A failure is an outcome and does not cancel the other fetches.
///
/// A permit covers one attempt. A fetch holds no permit during its backoff, so that a fetch that is
/// ready to run can have it. (The article holds the permit from the first attempt to the last.)
/// `meter` counts the attempts that have a permit.
///
/// # Panics
///
/// If an attempt panics.
///
/// # Cancellation
///
/// Dropping the future cancels the fetches; see [`TaskGroup::scope`].
pub async fn fetch_all_with_taskgroup_bounded(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<Arc<str>>>,
    policy: RetryPolicy,
    max_concurrency: NonZeroUsize,
    meter: Option<&ConcurrencyMeter>,
) -> Vec<FetchOutcome> {
    let permits = max_concurrency.get().min(Semaphore::MAX_PERMITS);
    let permits = Arc::new(Semaphore::new(permits));
    let outcomes = TaskGroup::<Infallible>::scope(async |group| {
        let mut fetches = Vec::new();
        for url in urls {
            let url = url.into();
            let permits = Arc::clone(&permits);
            let fetch = fetch_bounded(client.clone(), url, policy, permits, meter.cloned());
            fetches.push(group.spawn(async move { Ok(fetch.await) }));
        }

        let mut outcomes = Vec::with_capacity(fetches.len());
        for fetch in fetches {
            outcomes.push(fetch.await);
        }
        Ok(outcomes)
    })
    .await;
    outcomes.expect("no child returns an error")
}

/// Each attempt waits for a permit, and drops it before the backoff.
async fn fetch_bounded(
    client: Client,
    url: Arc<str>,
    policy: RetryPolicy,
    permits: Arc<Semaphore>,
    meter: Option<ConcurrencyMeter>,
) -> FetchOutcome {
    let attempt = || async {
        let _permit = permits.acquire().await.expect("never closed");
        let _in_flight = meter.as_ref().map(ConcurrencyMeter::enter);
        fetch_url(&client, &url, Duration::ZERO).await
    };
    let (result, attempts) = retry(policy, classify_error, attempt).await;
    FetchOutcome {
        url,
        result,
        attempts,
    }
}

/// Like [`fetch_all_with_taskgroup_bounded`], but returns an error if any fetch failed.
///
/// It does not fail *fast*: every fetch runs to its end, so that the group has every failure.
/// [`fetch_all_taskgroup`](step3_taskgroup::fetch_all_taskgroup) stops at the first failure.
///
/// # Errors
///
/// A group of all failures, in input order, each with its URL as the name of its task.
///
/// # Panics and cancellation
///
/// As [`fetch_all_with_taskgroup_bounded`].
pub async fn fetch_all_taskgroup_strict(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<Arc<str>>>,
    policy: RetryPolicy,
    max_concurrency: NonZeroUsize,
) -> Result<Vec<FetchResult>, ErrorGroup<FetchError>> {
    let outcomes =
        fetch_all_with_taskgroup_bounded(client, urls, policy, max_concurrency, None).await;
    let results = outcomes
        .into_iter()
        .map(|outcome| (outcome.url, outcome.result));
    let (pages, failures) = partition("fetch_all_taskgroup_strict", results);
    failures.map_or(Ok(pages), Err)
}
