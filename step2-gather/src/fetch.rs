use std::time::Duration;

use futures_util::future::try_join_all;
use reqwest::Client;
use step1_fetcher::{FetchError, FetchResult, fetch_url};

use crate::{gather, gather_settled};

/// Fetches all `urls` at once and returns every page in input order, or the first failure.
///
/// # Errors
///
/// The first failure. The other fetches run on after it, as with [`gather`].
pub async fn fetch_all_strict(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<String>>,
) -> Result<Vec<FetchResult>, FetchError> {
    gather(fetches(client, urls)).await
}

/// Fetches all `urls` at once and returns a page or a failure for each, in input order.
pub async fn fetch_all_collecting(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<String>>,
) -> Vec<Result<FetchResult, FetchError>> {
    gather_settled(fetches(client, urls)).await
}

/// Fetches all `urls` at once in one task, and returns every page in input order, or a failure.
///
/// Most Rust programmers would write this first. It looks like [`fetch_all_strict`], but a failure
/// *drops* the other fetches. No task is spawned, so no orphan is left.
///
/// # Errors
///
/// A failure. For up to 30 URLs it is the first in time. With more, [`try_join_all`] looks at the
/// results in input order and returns a failure only when every URL before it is done.
pub async fn fetch_all_try_join(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<String>>,
) -> Result<Vec<FetchResult>, FetchError> {
    try_join_all(fetches(client, urls)).await
}

/// One fetch for each URL. A task must own what it uses, so each fetch gets a clone of the client,
/// which shares the client's connections.
fn fetches(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<String>>,
) -> impl Iterator<Item = impl Future<Output = Result<FetchResult, FetchError>> + Send + 'static> {
    urls.into_iter().map(Into::into).map(|url| {
        let client = client.clone();
        async move { fetch_url(&client, &url, Duration::ZERO).await }
    })
}
