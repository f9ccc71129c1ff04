//! The three faces of the engine.

use std::future::ready;
use std::sync::Arc;

use reqwest::StatusCode;
use step7_bounded_retry::engine::{self, AttemptError, Request, Settings};

/// Succeeds with the number of the URL, but for those whose path says otherwise.
fn answer(request: &Arc<Request>) -> Result<u64, AttemptError> {
    match request.url.path() {
        "/missing" => Err(AttemptError::Status {
            status: StatusCode::NOT_FOUND,
            retry_after: None,
        }),
        _ => Ok(request.index),
    }
}

#[tokio::test(start_paused = true)]
async fn collecting_gives_one_outcome_for_each_url_in_input_order() {
    let urls = ["http://a.test/", "nonsense", "http://b.test/missing"];
    let outcomes = engine::collect(&Settings::default(), urls, |request| {
        ready(answer(&request))
    })
    .await;

    let given: Vec<_> = outcomes.iter().map(|outcome| &*outcome.url).collect();
    assert_eq!(given, urls);
    let attempts: Vec<_> = outcomes.iter().map(|outcome| outcome.attempts).collect();
    assert_eq!(attempts, [1, 0, 1]);
}
