//! The HTTP attempt, on real sockets, against a server that is faulty on purpose.

mod bodies;
mod codings;
mod connections;
mod leniency;
mod redirects;
mod scripted;
mod server;
mod statuses;
mod together;

use std::time::Duration;

use reqwest::{Client, StatusCode};
use step7_bounded_retry::RetryPolicy;
use step7_bounded_retry::engine::{self, Failure, FailureKind, Http, Outcome, Settings};
use tokio::time::timeout;

/// No test here takes so long on any machine.
const LIMIT: Duration = Duration::from_secs(20);

/// Three attempts, and no delay between them.
fn settings() -> Settings {
    Settings {
        retry: RetryPolicy::default(),
        ..Settings::default()
    }
}

/// For a server that stalls: waiting longer makes no difference.
fn impatient() -> Settings {
    Settings {
        stall_timeout: Duration::from_millis(10),
        ..settings()
    }
}

/// Follows up to five redirects, and accepts bodies of up to 64 KiB.
fn http() -> Http {
    http_with_redirects(5)
}

fn http_with_redirects(max: usize) -> Http {
    // An error means that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // To read the machine's certificates takes a while, and no test here needs them.
    let client = || Client::builder().no_proxy().tls_certs_only([]);
    let mut http = Http::new(client, settings().stall_timeout).unwrap();
    http.max_redirects = max;
    http.max_body = 64 * 1024;
    http
}

async fn fetch(settings: Settings, http: &Http, urls: &[String]) -> Vec<Outcome<StatusCode>> {
    let http = http.clone();
    let attempt = move |request: std::sync::Arc<engine::Request>| {
        let http = http.clone();
        async move { http.get(&request, &mut tokio::io::sink()).await }
    };
    let outcomes = engine::collect(settings, urls, attempt);
    let outcomes = timeout(LIMIT, outcomes).await.expect("the run hangs");

    let given: Vec<_> = outcomes.iter().map(|outcome| &outcome.url).collect();
    assert_eq!(given, urls.iter().collect::<Vec<_>>());
    outcomes
}

async fn fetch_one(settings: Settings, url: String) -> Outcome<StatusCode> {
    fetch(settings, &http(), &[url]).await.remove(0)
}

fn kind<T>(outcome: &Outcome<T>) -> Option<FailureKind> {
    outcome.result.as_ref().err().map(Failure::kind)
}

fn message<T: std::fmt::Debug>(outcome: Outcome<T>) -> String {
    outcome.result.unwrap_err().to_string()
}

/// The kind of failure, the attempts, the last status and the bytes of the last attempt.
fn summary<T>(outcome: &Outcome<T>) -> (Option<FailureKind>, u32, Option<u16>, u64) {
    let status = outcome.status.map(|status| status.as_u16());
    (kind(outcome), outcome.attempts, status, outcome.bytes)
}
