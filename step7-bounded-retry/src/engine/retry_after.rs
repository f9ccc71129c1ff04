use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// How long a server asks the client to wait: `Retry-After` of [RFC 9110, section
/// 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3), in seconds or as a date.
///
/// `None` if there is no such header, if it is neither of the two, or if the date has passed. A
/// number of seconds that does not fit into a `u64` is [`Duration::MAX`]. A date in the RFC's old
/// format, which has a year of two digits, is between 1970 and 2069; leap seconds are not accepted.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    date.duration_since(now).ok()
}
