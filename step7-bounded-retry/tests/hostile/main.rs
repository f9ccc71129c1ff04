//! The HTTP attempt, on real sockets, against a server that misbehaves on purpose.

mod bodies;
mod connections;
mod kinds;
mod redirects;
mod refusals;
mod retry_after;
mod server;
mod together;

use std::time::Duration;

use reqwest::{Client, StatusCode};
use step7_bounded_retry::RetryPolicy;
use step7_bounded_retry::engine::{self, Failure, Http, Kind, Outcome, Settings};
use tokio::time::timeout;

/// Nothing here takes so long, on any machine.
const HANG: Duration = Duration::from_secs(20);

/// Three attempts, and no delay between them.
fn settings() -> Settings {
    Settings {
        retry: RetryPolicy::default(),
        ..Settings::default()
    }
}

/// Settings for those that stall: it makes no difference how long they are given.
fn impatient() -> Settings {
    Settings {
        attempt_timeout: Duration::from_millis(20),
        ..settings()
    }
}

/// Takes up to five redirects, and bodies of up to 64 KiB.
fn http() -> Http {
    http_with_redirects(5)
}

fn http_with_redirects(max: usize) -> Http {
    // With the program's feature there is TLS, and no client without a provider for it.

    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .redirect(engine::redirect_policy(max))
        .no_proxy()
        .no_gzip()
        .build();
    Http {
        client: client.unwrap(),
        max_body: 64 * 1024,
    }
}

async fn fetch(settings: Settings, http: &Http, urls: &[String]) -> Vec<Outcome<StatusCode>> {
    let http = http.clone();
    let attempt = move |request: std::sync::Arc<engine::Request>| {
        let http = http.clone();
        async move { http.get(&request, &mut tokio::io::sink()).await }
    };
    let outcomes = engine::collect(settings, urls, attempt);
    let outcomes = timeout(HANG, outcomes).await.expect("it hangs");

    let given: Vec<_> = outcomes.iter().map(|outcome| &outcome.url).collect();
    assert_eq!(given, urls.iter().collect::<Vec<_>>());
    outcomes
}

async fn fetch_one(settings: Settings, url: String) -> Outcome<StatusCode> {
    fetch(settings, &http(), &[url]).await.remove(0)
}

fn kind<T>(outcome: &Outcome<T>) -> Option<Kind> {
    outcome.result.as_ref().err().map(Failure::kind)
}

fn message<T: std::fmt::Debug>(outcome: Outcome<T>) -> String {
    outcome.result.unwrap_err().to_string()
}

/// The kind of failure, the attempts, the last status and the bytes of the last attempt.
fn summary<T>(outcome: &Outcome<T>) -> (Option<Kind>, u32, Option<u16>, u64) {
    let status = outcome.status.map(|status| status.as_u16());
    (kind(outcome), outcome.attempts, status, outcome.bytes)
}
