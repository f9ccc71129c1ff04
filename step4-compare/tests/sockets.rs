//! The same difference over real sockets: what happens to a fetch whose sibling failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use step1_fetcher::{FetchError, client, fetch_url};
use step2_gather::gather;
use step3_taskgroup::TaskGroup;
use tokio_util::task::TaskTracker;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Two fetches, one of a slow page and one that fails at once; and how many pages were fetched.
struct Fetches {
    server: MockServer,
    pages: Arc<AtomicUsize>,
}

impl Fetches {
    async fn new() -> Self {
        let server = MockServer::start().await;
        let slow = ResponseTemplate::new(200).set_delay(Duration::from_millis(50));
        Mock::given(path("slow"))
            .respond_with(slow)
            .mount(&server)
            .await;
        Mock::given(path("boom"))
            .respond_with(ResponseTemplate::new(500))
            .mount(&server)
            .await;
        Self {
            server,
            pages: Arc::default(),
        }
    }

    fn all(&self) -> [impl Future<Output = Result<(), FetchError>> + Send + use<>; 2] {
        ["slow", "boom"].map(|name| {
            let url = format!("{}/{name}", self.server.uri());
            let pages = Arc::clone(&self.pages);
            async move {
                fetch_url(&client(), &url, Duration::ZERO).await?;
                pages.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
        })
    }

    fn pages(&self) -> usize {
        self.pages.load(Ordering::Relaxed)
    }
}

/// Fails instead of hanging.
async fn limited<T>(work: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(30);
    tokio::time::timeout(limit, work).await.expect("it hangs")
}

#[tokio::test]
async fn a_gather_fetches_the_slow_page_after_its_failure() {
    let fetches = Fetches::new().await;
    let orphans = TaskTracker::new();

    let result = limited(gather(
        fetches.all().map(|fetch| orphans.track_future(fetch)),
    ))
    .await;

    assert!(matches!(result, Err(FetchError::Status { .. })));
    assert_eq!(fetches.pages(), 0);
    orphans.close();
    limited(orphans.wait()).await;
    assert_eq!(fetches.pages(), 1);
}

#[tokio::test]
async fn a_taskgroup_stops_the_fetch_of_the_slow_page() {
    let fetches = Fetches::new().await;

    let scope = TaskGroup::scope(async |group| {
        for fetch in fetches.all() {
            group.spawn(fetch);
        }
        Ok(())
    });
    let result = limited(scope).await;

    assert_eq!(result.unwrap_err().leaves().count(), 1);
    // Every child has ended: no fetch is left that could count one more.
    assert_eq!(fetches.pages(), 0);
}
