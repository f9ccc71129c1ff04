use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// How long a server asks the client to wait: `Retry-After` of [RFC 9110, section
/// 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3), in seconds or as a date.
///
/// A date is compared with the response's own `Date`, if it has one, and else with `now`: the clocks of
/// two machines differ.
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
    let until = httpdate::parse_http_date(value).ok()?;
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
    until.duration_since(date.unwrap_or(now)).ok()
}
