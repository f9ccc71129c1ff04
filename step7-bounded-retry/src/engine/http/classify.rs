//! What kept a request from having a response.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use crate::engine::AttemptError;
use crate::engine::attempt::is_local;

/// The phase decides, not reqwest's own categories.
pub(super) fn classify_send_error(error: reqwest::Error, timeout: Duration) -> AttemptError {
    if let Some(local) = io_errors(&error).find(|error| is_local(error)) {
        let code = local.raw_os_error().unwrap_or_default();
        return AttemptError::Local(io::Error::from_raw_os_error(code));
    }
    if error.is_builder() {
        AttemptError::Redirect(format!("{:?} is not a URL of HTTP", url(&error)))
    } else if error.is_connect() && error.is_timeout() {
        AttemptError::Timeout {
            after: timeout,
            connected: false,
        }
    } else if !error.is_connect() {
        AttemptError::Send(error.without_url().into())
    } else if io_errors(&error).any(is_about_tls) {
        AttemptError::Tls(error.without_url().into())
    } else {
        AttemptError::Connect(error.without_url().into())
    }
}

/// The first URL of a request is known to be valid.
fn url(error: &reqwest::Error) -> &str {
    error.url().map_or("", |url| url.as_str())
}

/// Whether a connection was closed before anything of a response had arrived.
pub(super) fn is_unanswered(error: &reqwest::Error) -> bool {
    let closed = |error: &hyper::Error| error.is_incomplete_message() || error.is_canceled();
    let lost = |error: &io::Error| {
        matches!(
            error.kind(),
            ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
                | ErrorKind::NotConnected
                | ErrorKind::UnexpectedEof
        )
    };
    !error.is_connect()
        && (chain(error)
            .filter_map(|error| error.downcast_ref())
            .any(closed)
            || io_errors(error).any(lost))
}

pub(super) fn has_too_many_headers(error: &reqwest::Error) -> bool {
    let is_too_large = |error: &hyper::Error| error.is_parse_too_large();
    hyper_errors(error).any(is_too_large)
}

fn hyper_errors(error: &reqwest::Error) -> impl Iterator<Item = &hyper::Error> {
    chain(error).filter_map(|error| error.downcast_ref())
}

/// What TLS finds wrong is an error of rustls within an I/O error.
fn is_about_tls(error: &io::Error) -> bool {
    let inner: Option<&rustls::Error> = error.get_ref().and_then(|inner| inner.downcast_ref());
    inner.is_some()
}

fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |&error| error.source())
}

/// Those of the chain, and those within them: hyper-rustls puts an I/O error into another, whose
/// source is not that error but the source of that error.
fn io_errors(error: &reqwest::Error) -> impl Iterator<Item = &io::Error> {
    chain(error)
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .flat_map(|error| {
            std::iter::successors(Some(error), |error| {
                error.get_ref().and_then(|inner| inner.downcast_ref())
            })
        })
}
