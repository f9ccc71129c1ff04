use std::error::Error;
use std::string::FromUtf8Error;

use reqwest::StatusCode;

/// Why a fetch failed. Every message contains the URL as given and the root cause.
///
/// The message contains the cause because it is often read on its own, as one line of a log. The
/// cause is also the [`source`](Error::source), for code that inspects it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The text is not an absolute URL. Nothing was sent.
    #[error("{url:?} is not an absolute URL: {source}")]
    InvalidUrl {
        /// The URL as given.
        url: String,
        /// The parser's error.
        source: url::ParseError,
    },

    /// The URL is neither `http` nor `https`. Nothing was sent.
    #[error("{url} has the scheme {scheme:?}; only http and https can be fetched")]
    UnsupportedScheme {
        /// The URL as given.
        url: String,
        /// Its scheme, without the colon.
        scheme: String,
    },

    /// No response came: the host is unknown, the connection was refused or closed, or the answer
    /// was not HTTP.
    #[error("{url} could not be reached: {}", root_cause(source))]
    Request {
        /// The URL as given.
        url: String,
        /// The error from reqwest.
        source: reqwest::Error,
    },

    /// A response came and its status is not 2xx.
    #[error("{url} answered {status}")]
    Status {
        /// The URL as given.
        url: String,
        /// The status of the last response, after redirects.
        status: StatusCode,
    },

    /// The status was 2xx, but the body did not arrive whole.
    #[error("{url} sent a body that broke off: {}", root_cause(source))]
    Body {
        /// The URL as given.
        url: String,
        /// The error from reqwest.
        source: reqwest::Error,
    },

    /// The body arrived whole, but it is not UTF-8.
    #[error("{url} sent a body that is not UTF-8: {source}")]
    NotUtf8 {
        /// The URL as given.
        url: String,
        /// The position of the first invalid byte. It also holds the bytes of the body.
        source: FromUtf8Error,
    },
}

/// reqwest's own message says only "error sending request"; the reason is at the end of the chain.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
