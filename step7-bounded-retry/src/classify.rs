use reqwest::StatusCode;
use step1_fetcher::FetchError;

/// Whether a request that got this status is worth another attempt: 5xx and 429 are, as in the
/// article.
///
/// The engine's rule is a little wiser; see [`AttemptError::retry`](crate::engine::AttemptError::retry).
#[must_use]
pub fn is_retriable_status(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

/// Whether a failure is worth another attempt: a retriable status is, and so is a request or a body
/// that failed on the way. What is wrong with the URL itself stays wrong.
#[must_use]
pub fn classify_error(error: &FetchError) -> bool {
    match error {
        FetchError::Status { status, .. } => is_retriable_status(*status),
        FetchError::Request { source, .. } => !source.is_redirect() && !source.is_builder(),
        FetchError::Body { .. } => true,
        _ => false,
    }
}
