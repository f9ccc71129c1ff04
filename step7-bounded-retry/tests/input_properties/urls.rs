//! What the engine does with a line that may be a URL.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use reqwest::{Body, Method};
use step7_bounded_retry::engine::{Failure, Settings, collect};
use tokio::runtime::Builder;
use tokio::time::timeout;

use crate::edits::edited;

const LIMIT: Duration = Duration::from_secs(20);

pub fn urls() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(vec![
        "http",
        "https",
        "ftp",
        "://",
        ":",
        "/",
        "//",
        "@",
        "?",
        "#",
        ".",
        "..",
        "[::1]",
        "[",
        "]",
        "127.0.0.1",
        "0x7f.1",
        "host",
        "xn--",
        "ü",
        "\u{FEFF}",
        "%",
        "%41",
        "%00",
        "65536",
        "80",
        "\\",
        " ",
        "\t",
        "a b",
        "user:password",
    ]);
    let parts = vec(part, 0..12).prop_map(|parts| parts.concat().into_bytes());
    let right = "https?://[a-z.]{1,9}(:[0-9]{1,5})?/[ -~]{0,20}".prop_map(String::into_bytes);
    // Each character is six bytes once it is encoded: around the longest length that is allowed.
    let long =
        (10_900..10_940_usize).prop_map(|count| format!("http://host/{}", "ü".repeat(count)));
    prop_oneof![
        20 => edited(right),
        20 => edited(parts),
        20 => any::<Vec<u8>>(),
        1 => long.prop_map(String::into_bytes),
    ]
}

proptest! {
    #[test]
    fn every_line_is_refused_or_can_be_sent(url in urls()) {
        let url = String::from_utf8_lossy(&url).into_owned();
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        let run = collect(Settings::default(), [&*url], async |request| {
            let request = reqwest::Request::new(Method::GET, request.url.clone());
            assert!(http::Request::<Body>::try_from(request).is_ok());
            Ok(())
        });
        let outcomes = runtime.block_on(async { timeout(LIMIT, run).await }).expect("the run hangs");

        prop_assert_eq!(outcomes.len(), 1);
        let outcome = &outcomes[0];
        prop_assert_eq!(&outcome.url, &url);
        let refused = matches!(outcome.result, Err(Failure::InvalidUrl { .. }));
        prop_assert!(refused || outcome.result.is_ok());
        prop_assert_eq!(outcome.attempts, u32::from(!refused));
    }
}
