//! A page made of the answers of many services. It uses the answers that arrive, and logs every
//! failure.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use reqwest::StatusCode;
use step3_taskgroup::{ErrorGroup, ErrorNode};
use step6_error_groups::split;
use step7_bounded_retry::engine::{
    self, AttemptError, Failure, FailureKind, Request, Settings, partition,
};
use tokio::time::sleep;
use tracing::{error, info, warn};

/// For the whole page.
const TIME_LIMIT: Duration = Duration::from_secs(2);

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    tracing_subscriber::fmt()
        .without_time()
        .with_target(false)
        .with_ansi(false)
        .init();

    let report = aggregate().await;
    info!(
        answered = report.answered.len(),
        partial_failure_percent = report.partial_failure_percent(),
        "page"
    );
    for (kind, count) in report.by_kind() {
        info!(%kind, count, "failures");
    }

    let expected = |kind| {
        matches!(
            kind,
            FailureKind::Status
                | FailureKind::Timeout
                | FailureKind::Transport
                | FailureKind::Cancelled
        )
    };
    let failures = report.failures;
    let (expected, unexpected) = failures
        .map(|failures| split(failures, |error| expected(error.kind())))
        .unwrap_or_default();
    for line in expected.iter().flat_map(lines) {
        warn!("{line}");
    }
    // Nothing above `main` could log it.
    if let Some(unexpected) = unexpected {
        error!(alarm = true, "unexpected failure: {unexpected}");
        for line in lines(&unexpected) {
            error!("{line}");
        }
    }
}

struct Report {
    answered: Vec<String>,
    failures: Option<ErrorGroup<Failure>>,
}

impl Report {
    /// The figure to monitor: it rises long before everything fails.
    fn partial_failure_percent(&self) -> usize {
        let failed: usize = self.by_kind().values().sum();
        100 * failed / (failed + self.answered.len())
    }

    fn by_kind(&self) -> BTreeMap<FailureKind, usize> {
        let mut counts = BTreeMap::new();
        for leaf in self.failures.iter().flat_map(ErrorGroup::leaves) {
            *counts.entry(leaf.error.kind()).or_default() += 1;
        }
        counts
    }
}

/// A failure is a value here, and does not affect the answers of other services.
async fn aggregate() -> Report {
    let customer = ask(["users", "billing", "fraud"]);
    let goods = ask(["stock", "prices", "shipping"]);
    let ((mut answered, no_customer), (goods, no_goods)) = tokio::join!(customer, goods);
    answered.extend(goods);

    let parts = [("customer", no_customer), ("goods", no_goods)];
    let failures = parts
        .into_iter()
        .filter_map(|(part, failures)| Some(ErrorNode::Group(failures?.with_message(part))));
    Report {
        answered,
        failures: ErrorGroup::new("page", failures),
    }
}

/// Both parts run at the same time: that is eight attempts at a time for the page.
async fn ask(services: [&str; 3]) -> (Vec<String>, Option<ErrorGroup<Failure>>) {
    let settings = Settings {
        max_concurrency: 4.try_into().expect("not zero"),
        stall_timeout: Duration::from_secs(1),
        ..Settings::default()
    };
    let urls = stream::iter(services.map(|service| format!("http://{service}.test/")));
    let outcomes = engine::stream(settings, urls, sleep(TIME_LIMIT), answer);
    let mut outcomes: Vec<_> = outcomes.collect().await;
    outcomes.sort_unstable_by_key(|outcome| outcome.index);
    partition(outcomes)
}

async fn answer(request: Arc<Request>) -> Result<String, AttemptError> {
    sleep(Duration::from_millis(50)).await;
    match request.url.host_str().expect("every URL has a host") {
        "billing.test" => Err(AttemptError::Status {
            status: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: None,
        }),
        "fraud.test" => Err(AttemptError::Tls("the certificate has expired".into())),
        "prices.test" => pending().await,
        host => Ok(format!("answer of {host}")),
    }
}

/// The whole tree, line by line: a group's one-line message shows the first few failures only.
fn lines(failures: &ErrorGroup<Failure>) -> Vec<String> {
    failures
        .tree()
        .to_string()
        .lines()
        .map(str::to_owned)
        .collect()
}
