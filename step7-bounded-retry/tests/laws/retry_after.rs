//! What a server may ask for, rule by rule. `tests/fuzz` holds it against another reading of the RFC.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use step7_bounded_retry::engine::retry_after;

fn header(value: &[u8]) -> Option<HeaderMap> {
    let value = HeaderValue::from_bytes(value).ok()?;
    Some(HeaderMap::from_iter([(RETRY_AFTER, value)]))
}

proptest! {
    #[test]
    fn retry_after_in_seconds_is_read_whatever_their_number(digits in "[0-9]{1,30}") {
        let seconds = digits.parse::<u128>().unwrap();
        let expected = u64::try_from(seconds).map_or(Duration::MAX, Duration::from_secs);
        let headers = header(digits.as_bytes()).unwrap();
        prop_assert_eq!(retry_after(&headers, SystemTime::now()), Some(expected));
    }

    #[test]
    fn retry_after_as_a_date_is_the_time_until_then(now in 0..4_000_000_000_u64, date in 0..4_000_000_000_u64) {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let headers = header(httpdate::fmt_http_date(at(date)).as_bytes()).unwrap();
        let expected = date.checked_sub(now).map(Duration::from_secs);
        prop_assert_eq!(retry_after(&headers, at(now)), expected);
    }

    #[test]
    fn retry_after_that_is_neither_asks_for_nothing(value: Vec<u8>) {
        let Some(headers) = header(&value) else {
            return Ok(()); // no HTTP library would let it through
        };
        let text = String::from_utf8_lossy(&value);
        let text = text.trim();
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let asked = retry_after(&headers, SystemTime::UNIX_EPOCH);
        prop_assert!(digits == asked.is_some() || httpdate::parse_http_date(text).is_ok());
    }
}
