use reqwest::StatusCode;
use step1_fetcher::FetchError;

/// Whether a request that got this status is worth another attempt: 5xx and 429 are, as in the
/// article, and so is 408.
///
/// With 501 and 505 the server says that it does not support the request, so these two are not.
#[must_use]
pub fn is_retriable_status(status: StatusCode) -> bool {
    match status.as_u16() {
        501 | 505 => false,
        408 | 429 => true,
        _ => status.is_server_error(),
    }
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
