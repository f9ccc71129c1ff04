use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// How long a server asks us to wait: `Retry-After` of [RFC 9110, section
/// 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3), in seconds or as a date.
///
/// `None` if there is no such header, or it says neither. A date that has passed asks for nothing.
/// More digits than a number can hold are the longest time there is. Of the RFC's three formats of a
/// date, the one with a year of two digits means 1970 to 2069, and none has a leap second.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    date.duration_since(now).ok()
}
