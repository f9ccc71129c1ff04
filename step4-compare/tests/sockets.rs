//! The same difference over real sockets: what becomes of a fetch whose sibling failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use step1_fetcher::{FetchError, client, fetch_url};
use step2_gather::gather;
use step3_taskgroup::TaskGroup;
use tokio_util::task::TaskTracker;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Two fetches, of a slow page and of one that fails at once, and how many of them gave a page.
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

#[tokio::test]
async fn a_gather_fetches_the_slow_page_for_nobody() {
    let fetches = Fetches::new().await;
    let orphans = TaskTracker::new();

    let result = gather(fetches.all().map(|fetch| orphans.track_future(fetch))).await;

    assert!(matches!(result, Err(FetchError::Status { .. })));
    assert_eq!(fetches.pages(), 0);
    orphans.close();
    orphans.wait().await;
    assert_eq!(fetches.pages(), 1);
}

#[tokio::test]
async fn a_taskgroup_stops_the_fetch_of_the_slow_page() {
    let fetches = Fetches::new().await;

    let result = TaskGroup::scope(async |group| {
        for fetch in fetches.all() {
            group.spawn(fetch);
        }
        Ok(())
    })
    .await;

    assert_eq!(result.unwrap_err().leaves().count(), 1);
    // Every child has ended, so nobody is left who could count one more.
    assert_eq!(fetches.pages(), 0);
}
