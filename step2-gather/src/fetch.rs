use std::time::Duration;

use futures_util::future::try_join_all;
use reqwest::Client;
use step1_fetcher::{FetchError, FetchResult, fetch_url};

use crate::{gather, gather_settled};

/// Fetches all `urls` at once: every page in input order, or the first failure.
///
/// # Errors
///
/// The first failure. The other fetches go on after it, as [`gather`] says.
pub async fn fetch_all_strict(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<String>>,
) -> Result<Vec<FetchResult>, FetchError> {
    gather(fetches(client, urls)).await
}

/// Fetches all `urls` at once and gives a page or a failure for each, in input order.
pub async fn fetch_all_collecting(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<String>>,
) -> Vec<Result<FetchResult, FetchError>> {
    gather_settled(fetches(client, urls)).await
}

/// Fetches all `urls` at once, in this one task: every page in input order, or a failure.
///
/// What a Rust programmer would write first. It looks like [`fetch_all_strict`] and does
/// something else: the other fetches are *dropped* with the failure. No task was spawned, so
/// there is no orphan.
///
/// # Errors
///
/// A failure. It is the first in time for up to 30 URLs. With more,
/// [`try_join_all`] looks at the results in input order, and a failure
/// is not heard of before every URL ahead of it is done.
pub async fn fetch_all_try_join(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<String>>,
) -> Result<Vec<FetchResult>, FetchError> {
    try_join_all(fetches(client, urls)).await
}

/// A task must own what it uses; a client's clone shares its connections.
fn fetches(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<String>>,
) -> impl Iterator<Item = impl Future<Output = Result<FetchResult, FetchError>> + Send + 'static> {
    urls.into_iter().map(Into::into).map(|url| {
        let client = client.clone();
        async move { fetch_url(&client, &url, Duration::ZERO).await }
    })
}
