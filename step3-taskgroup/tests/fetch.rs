//! The fetch functions, over real sockets.

use std::time::{Duration, Instant};

use step1_fetcher::{FetchError, client};
use step2_gather::fetch_all_strict;
use step3_taskgroup::{fetch_all_taskgroup, fetch_all_taskgroup_tracking};
use tokio::runtime::Builder;
use tokio::time::timeout;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

const LIMIT: Duration = Duration::from_secs(30);
const LONGER_THAN_THE_LIMIT: Duration = Duration::from_secs(60);

/// Fails if `test` takes too long.
fn within_the_limit(mut runtime: Builder, test: impl Future<Output = ()>) {
    let runtime = runtime.enable_all().build().unwrap();
    let in_time = runtime.block_on(async { timeout(LIMIT, test).await });
    in_time.expect("hangs");
}

/// Answers `/a` and `/b` with their names, `/boom` with 500, and `/slow-1` and `/slow-2` after a minute.
async fn server() -> MockServer {
    let server = MockServer::start().await;
    let answers = [
        ("a", ResponseTemplate::new(200).set_body_string("a")),
        ("b", ResponseTemplate::new(200).set_body_string("b")),
        ("boom", ResponseTemplate::new(500)),
        (
            "slow-1",
            ResponseTemplate::new(200).set_delay(LONGER_THAN_THE_LIMIT),
        ),
        (
            "slow-2",
            ResponseTemplate::new(200).set_delay(LONGER_THAN_THE_LIMIT),
        ),
    ];
    for (route, answer) in answers {
        Mock::given(path(route))
            .respond_with(answer)
            .mount(&server)
            .await;
    }
    server
}

fn urls<const N: usize>(server: &MockServer, names: [&str; N]) -> [String; N] {
    names.map(|name| format!("{}/{name}", server.uri()))
}

#[test]
fn pages_come_in_input_order() {
    within_the_limit(Builder::new_current_thread(), async {
        let server = server().await;

        let pages = fetch_all_taskgroup(&client(), urls(&server, ["b", "a"]))
            .await
            .unwrap();

        let bodies: Vec<_> = pages.iter().map(|page| page.body.as_str()).collect();
        assert_eq!(bodies, ["b", "a"]);
    });
}

#[test]
fn a_failure_comes_in_a_group_and_its_leaf_is_named_after_its_url() {
    within_the_limit(Builder::new_current_thread(), async {
        let server = server().await;
        let [boom] = urls(&server, ["boom"]);

        let errors = fetch_all_taskgroup(&client(), urls(&server, ["boom", "slow-1"]))
            .await
            .unwrap_err();

        let leaves = errors.into_leaves();
        assert_eq!(leaves.len(), 1);
        assert_eq!(leaves[0].task.to_string(), boom);
        assert!(matches!(leaves[0].error, FetchError::Status { status, .. } if status == 500));
    });
}

#[test]
fn the_taskgroup_driver_can_replace_the_strict_gather_driver() {
    within_the_limit(Builder::new_current_thread(), async {
        let (client, server) = (client(), server().await);

        let good = || urls(&server, ["b", "a", "b"]);
        let pages = fetch_all_taskgroup(&client, good()).await.unwrap();
        assert_eq!(pages, fetch_all_strict(&client, good()).await.unwrap());

        let bad = || urls(&server, ["a", "boom", "slow-1"]);
        let errors = fetch_all_taskgroup(&client, bad()).await.unwrap_err();
        let error = fetch_all_strict(&client, bad()).await.unwrap_err();
        let single = errors.into_single().unwrap();
        assert_eq!(single.to_string(), error.to_string());
    });
}

#[test]
fn tracking_records_the_siblings_that_a_failure_cancelled() {
    within_the_limit(Builder::new_current_thread(), async {
        let server = server().await;
        let [_, slow_1, slow_2] = urls(&server, ["boom", "slow-1", "slow-2"]);

        let (result, cancelled) =
            fetch_all_taskgroup_tracking(&client(), urls(&server, ["slow-1", "boom", "slow-2"]))
                .await;

        assert_eq!(result.unwrap_err().leaves().count(), 1);
        assert_eq!(
            cancelled.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
            [slow_1, slow_2]
        );
    });
}

#[test]
fn tracking_records_nothing_when_all_goes_well() {
    within_the_limit(Builder::new_current_thread(), async {
        let server = server().await;

        let (pages, cancelled) =
            fetch_all_taskgroup_tracking(&client(), urls(&server, ["a", "b"])).await;

        assert_eq!(pages.unwrap().len(), 2);
        assert!(cancelled.is_empty());
    });
}

#[test]
fn tracking_records_the_fetches_that_were_refused_after_the_failure() {
    within_the_limit(Builder::new_multi_thread(), async {
        // The first URL fails without being sent. The iterator gives the others only once that task has
        // ended, so the group refuses them: they are never polled, and count as cancelled.
        let runtime = tokio::runtime::Handle::current();
        let start = Instant::now();
        let late = ["http://late-1.test", "http://late-2.test"]
            .into_iter()
            .inspect(|_| {
                while runtime.metrics().num_alive_tasks() > 0 {
                    assert!(start.elapsed() < LIMIT, "the task never ends");
                    std::thread::yield_now();
                }
            });

        let (result, cancelled) =
            fetch_all_taskgroup_tracking(&client(), ["no url"].into_iter().chain(late)).await;

        assert_eq!(result.unwrap_err().leaves().count(), 1);
        let cancelled: Vec<_> = cancelled.iter().map(AsRef::as_ref).collect();
        assert_eq!(cancelled, ["http://late-1.test", "http://late-2.test"]);
    });
}
