//! The lines that `asyncfetch` reads.

#[path = "../../src/bin/asyncfetch/lines.rs"]
mod lines;

use std::io::BufReader;

use lines::{LONGEST, next_line};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::urls::urls;

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
}
