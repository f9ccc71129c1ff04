use reqwest::StatusCode;
use step1_fetcher::FetchError;

/// Whether a request that got this status is worth another attempt: 5xx and 429 are, as in the
/// article.
///
/// The engine has finer rules; see
/// [`AttemptError::retry_decision`](crate::engine::AttemptError::retry_decision).
#[must_use]
pub fn is_retriable_status(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

/// Whether a failure is worth another attempt: a retriable status is, and so is a request or a body
/// that failed on the network. A redirect loop or an invalid URL fails again in the same way.
#[must_use]
pub fn classify_error(error: &FetchError) -> bool {
    match error {
        FetchError::Status { status, .. } => is_retriable_status(*status),
        FetchError::Request { source, .. } => !source.is_redirect() && !source.is_builder(),
        FetchError::Body { .. } => true,
        _ => false,
    }
}
