//! Redirects are followed here and not by reqwest, which drops the response before a redirect that it
//! cannot follow, and does not follow a `Location` that is not ASCII.

use std::fmt::Write;

use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap, LOCATION, USER_AGENT};
use reqwest::{Response, Url};

use crate::engine::AttemptError;

/// What may be sent to any host. All else may be a secret of the URL's own.
const FOR_ALL: [reqwest::header::HeaderName; 3] = [ACCEPT, ACCEPT_LANGUAGE, USER_AGENT];

/// Where a request goes, redirect after redirect.
pub(super) struct Route {
    pub(super) url: Url,
    /// Set once it has been redirected.
    first: Option<Url>,
    redirects: usize,
}

impl Route {
    pub(super) fn new(url: Url) -> Self {
        Self {
            url,
            first: None,
            redirects: 0,
        }
    }

    /// Goes on to where the response leads, if it is a redirect.
    ///
    /// # Errors
    ///
    /// If it leads to what is not HTTP, or was one redirect too many.
    pub(super) fn follow(&mut self, response: &Response, max: usize) -> Result<bool, AttemptError> {
        if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(false);
        }
        let Some(mut next) = location(response.headers()).and_then(|url| self.url.join(&url).ok())
        else {
            return Ok(false);
        };
        if !matches!(next.scheme(), "http" | "https") {
            let error = format!("{:?} is not HTTP", next.as_str());
            return Err(AttemptError::Redirect(error));
        }
        if self.redirects >= max {
            return Err(AttemptError::Redirect(format!("more than {max} redirects")));
        }
        self.redirects += 1;
        let first = self.first.get_or_insert_with(|| self.url.clone());
        // Where a redirect names none, those of the URL go on to its own host, and to no other.
        let names_none = next.username().is_empty() && next.password().is_none();
        if names_none && next.origin() == first.origin() {
            // It cannot fail: the URL has a host.
            let _ = next.set_username(first.username());
            let _ = next.set_password(first.password());
        }
        self.url = next;
        Ok(true)
    }

    /// What of `headers` may be sent to where it is now.
    pub(super) fn headers(&self, headers: &HeaderMap) -> HeaderMap {
        let mut headers = headers.clone();
        if let Some(first) = &self.first {
            if first.origin() != self.url.origin() {
                headers = FOR_ALL
                    .into_iter()
                    .filter_map(|name| Some((name.clone(), headers.get(&name)?.clone())))
                    .collect();
            }
        }
        headers
    }
}

/// The header, in which bytes that are not ASCII are encoded as browsers do.
fn location(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(LOCATION)?.as_bytes();
    let mut location = String::with_capacity(value.len());
    for &byte in value {
        if byte.is_ascii() {
            location.push(byte.into());
        } else {
            let _ = write!(location, "%{byte:02X}");
        }
    }
    Some(location)
}
