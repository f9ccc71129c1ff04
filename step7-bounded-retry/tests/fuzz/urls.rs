//! The lines that `asyncfetch` reads, and what the engine makes of each.

#[path = "../../src/bin/asyncfetch/lines.rs"]
mod lines;

use std::io::BufReader;

use lines::{LONGEST, next_line};
use proptest::collection::vec;
use proptest::prelude::*;
use reqwest::{Body, Method};
use step7_bounded_retry::engine::{Failure, Settings, collect};
use tokio::runtime::Builder;

use crate::edits::edited;

fn urls() -> impl Strategy<Value = Vec<u8>> {
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
    // Six bytes each, once they are encoded: around the length that is too long.
    let long =
        (10_900..10_940_usize).prop_map(|count| format!("http://host/{}", "ü".repeat(count)));
    prop_oneof![
        20 => edited(right),
        20 => edited(parts),
        20 => any::<Vec<u8>>(),
        1 => long.prop_map(String::into_bytes),
    ]
}

/// Lines, or what might be some, in parts that are repeated.
fn inputs() -> impl Strategy<Value = Vec<(Vec<u8>, usize)>> {
    let blank = prop::sample::select(vec![
        " ", "\t", "\r", "\n", "\u{B}", "\u{A0}", "\u{FEFF}", "\u{FFFD}", "#", "x", "",
    ]);
    let blank = blank.prop_map(|blank| blank.as_bytes().to_vec());
    // Around the length at which a line is cut.
    let long = LONGEST - 4..LONGEST + 4;
    vec(
        prop_oneof![
            40 => (blank.clone(), Just(1)),
            20 => (urls(), Just(1)),
            1 => (blank, long),
        ],
        0..12,
    )
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character == '\u{FEFF}'
}

proptest! {
    #[test]
    fn every_line_that_says_something_is_given_as_it_is_and_one_that_is_too_long_as_no_url(
        parts in inputs(),
        capacity in prop_oneof![1..64_usize, Just(8192)],
    ) {
        let input: Vec<_> = parts.iter().flat_map(|(part, count)| part.repeat(*count)).collect();
        let mut reader = BufReader::with_capacity(capacity, &*input);
        for line in input.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii();
            let long = line.len() > LONGEST;
            // Of a line that is too long, more than that is not looked at.
            let line = String::from_utf8_lossy(&line[..line.len().min(LONGEST)]);
            let line = line.trim_matches(is_blank);
            if (line.is_empty() && !long) || line.starts_with('#') {
                continue;
            }
            let given = next_line(&mut reader).unwrap();
            if long {
                let given = given.map_or(0, |given| given.len());
                prop_assert!((LONGEST..=3 * LONGEST).contains(&given), "{given} bytes");
            } else {
                prop_assert_eq!(given.as_deref(), Some(line));
            }
        }
        prop_assert_eq!(next_line(&mut reader).unwrap(), None);
    }

    #[test]
    fn whatever_stands_in_a_line_is_refused_or_can_be_sent(url in urls()) {
        let url = String::from_utf8_lossy(&url).into_owned();
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        let run = collect(Settings::default(), [&*url], async |request| {
            let request = reqwest::Request::new(Method::GET, request.url.clone());
            assert!(http::Request::<Body>::try_from(request).is_ok());
            Ok(())
        });
        let outcomes = runtime.block_on(run);

        prop_assert_eq!(outcomes.len(), 1);
        let outcome = &outcomes[0];
        prop_assert_eq!(&outcome.url, &url);
        let refused = matches!(outcome.result, Err(Failure::InvalidUrl { .. }));
        prop_assert!(refused || outcome.result.is_ok());
        prop_assert_eq!(outcome.attempts, u32::from(!refused));
    }
}
