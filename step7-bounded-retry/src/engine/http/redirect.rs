//! Redirects are followed here and not by reqwest, which drops the response before a redirect that it
//! cannot follow, and does not follow a `Location` that is not ASCII.

use std::fmt::Write;

use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap, LOCATION, USER_AGENT};
use reqwest::{Response, Url};

use crate::engine::AttemptError;

/// What may be sent to any host. All else may be a secret of the URL's own.
const FOR_ALL: [reqwest::header::HeaderName; 3] = [ACCEPT, ACCEPT_LANGUAGE, USER_AGENT];

/// Where a request goes, redirect after redirect.
pub(super) struct Route<'a> {
    first: &'a Url,
    /// Where it goes now, once it has been redirected.
    redirected: Option<Url>,
    redirects: usize,
}

impl<'a> Route<'a> {
    pub(super) fn new(first: &'a Url) -> Self {
        Self {
            first,
            redirected: None,
            redirects: 0,
        }
    }

    pub(super) fn url(&self) -> &Url {
        self.redirected.as_ref().unwrap_or(self.first)
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
        let Some(mut next) =
            location(response.headers()).and_then(|url| self.url().join(&url).ok())
        else {
            return Ok(false);
        };
        if !matches!(next.scheme(), "http" | "https") {
            let _ = next.set_password(None);
            let error = format!("{:?} is not HTTP", next.as_str());
            return Err(AttemptError::Redirect(error));
        }
        if self.redirects >= max {
            return Err(AttemptError::Redirect(format!("more than {max} redirects")));
        }
        self.redirects += 1;
        // Where a redirect names none, those of the URL go on to its own host, and to no other.
        let names_none = next.username().is_empty() && next.password().is_none();
        if names_none && next.origin() == self.first.origin() {
            // It cannot fail: the URL has a host.
            let _ = next.set_username(self.first.username());
            let _ = next.set_password(self.first.password());
        }
        self.redirected = Some(next);
        Ok(true)
    }

    /// What of `headers` may be sent to where it is now.
    pub(super) fn headers(&self, headers: &HeaderMap) -> HeaderMap {
        match &self.redirected {
            Some(url) if url.origin() != self.first.origin() => FOR_ALL
                .into_iter()
                .filter_map(|name| Some((name.clone(), headers.get(&name)?.clone())))
                .collect(),
            _ => headers.clone(),
        }
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
