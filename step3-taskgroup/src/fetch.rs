use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;
use step1_fetcher::{FetchError, FetchResult, fetch_url};

use crate::{ErrorGroup, TaskGroup};

/// Fetches all `urls` at once: every page in input order, or everything that failed.
///
/// # Errors
///
/// The first failure cancels the other fetches. The group holds all failures of that moment; each
/// leaf has its URL as the task's name.
///
/// # Cancellation
///
/// As [`TaskGroup::scope`].
pub async fn fetch_all_taskgroup(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<Arc<str>>>,
) -> Result<Vec<FetchResult>, ErrorGroup<FetchError>> {
    TaskGroup::scope(async |group| {
        let mut fetches = Vec::new();
        for url in urls {
            let (client, url) = (client.clone(), url.into());
            fetches.push(group.spawn_named(Arc::clone(&url), async move {
                fetch_url(&client, &url, Duration::ZERO).await
            }));
        }

        let mut pages = Vec::with_capacity(fetches.len());
        for fetch in fetches {
            pages.push(fetch.await);
        }
        Ok(pages)
    })
    .await
}

/// Like [`fetch_all_taskgroup`], and lists the cancelled fetches, in the order of cancellation.
///
/// # Errors
///
/// As [`fetch_all_taskgroup`], in the first half of the pair. The list is returned in both cases.
///
/// # Cancellation
///
/// As [`TaskGroup::scope`]. The list is lost with the future.
pub async fn fetch_all_taskgroup_tracking(
    client: &Client,
    urls: impl IntoIterator<Item = impl Into<Arc<str>>>,
) -> (
    Result<Vec<FetchResult>, ErrorGroup<FetchError>>,
    Vec<Arc<str>>,
) {
    let cancelled = Arc::<Mutex<Vec<Arc<str>>>>::default();

    let result = TaskGroup::scope(async |group| {
        let mut fetches = Vec::new();
        for url in urls {
            let (client, url) = (client.clone(), url.into());
            // Before the spawn, because a fetch that the group refuses is never polled.
            let tracked = Tracked {
                url: Arc::clone(&url),
                ended: false,
                cancelled: Arc::clone(&cancelled),
            };
            fetches.push(group.spawn_named(url, async move {
                let result = fetch_url(&client, &tracked.url, Duration::ZERO).await;
                tracked.end();
                result
            }));
        }

        let mut pages = Vec::with_capacity(fetches.len());
        for fetch in fetches {
            pages.push(fetch.await);
        }
        Ok(pages)
    })
    .await;

    let cancelled = std::mem::take(&mut *lock(&cancelled));
    (result, cancelled)
}

/// Records its URL if it is dropped before the fetch has ended. A cancelled task gets no exception
/// that it could catch; it is dropped.
struct Tracked {
    url: Arc<str>,
    ended: bool,
    cancelled: Arc<Mutex<Vec<Arc<str>>>>,
}

impl Tracked {
    fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        if !self.ended {
            lock(&self.cancelled).push(Arc::clone(&self.url));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
