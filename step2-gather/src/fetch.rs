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
///
/// # Cancellation
///
/// As with [`gather`]: nothing is sent before the first poll. Dropping the future after that stops
/// no fetch: they run on, and their results are dropped.
pub async fn fetch_all_strict(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<String>>,
) -> Result<Vec<FetchResult>, FetchError> {
    let urls = urls.into_iter();
    gather(urls.map(|url| fetch_one(client.clone(), url.into()))).await
}

/// Fetches all `urls` at once and returns a page or a failure for each, in input order.
///
/// # Cancellation
///
/// As with [`fetch_all_strict`]: the fetches run on, and their results are dropped.
pub async fn fetch_all_collecting(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<String>>,
) -> Vec<Result<FetchResult, FetchError>> {
    let urls = urls.into_iter();
    gather_settled(urls.map(|url| fetch_one(client.clone(), url.into()))).await
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
///
/// # Cancellation
///
/// Dropping the future drops every fetch.
pub async fn fetch_all_try_join(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<String>>,
) -> Result<Vec<FetchResult>, FetchError> {
    let urls = urls.into_iter();
    try_join_all(urls.map(|url| fetch_one(client.clone(), url.into()))).await
}

/// A task must own what it uses, so each fetch gets a client and a URL of its own. A clone of a
/// client shares the connections of the first.
async fn fetch_one(client: Client, url: String) -> Result<FetchResult, FetchError> {
    fetch_url(&client, &url, Duration::ZERO).await
}
