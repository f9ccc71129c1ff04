//! The lines that `asyncfetch` reads.

#[path = "../../src/bin/asyncfetch/line_reader.rs"]
mod line_reader;

use std::io::BufReader;

use line_reader::{MAX_LINE_LEN, next_line};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::urls::urls;

/// Parts of an input, each with the number of times that it is repeated.
fn inputs() -> impl Strategy<Value = Vec<(Vec<u8>, usize)>> {
    let blank = prop::sample::select(vec![
        " ", "\t", "\r", "\n", "\u{B}", "\u{A0}", "\u{FEFF}", "\u{FFFD}", "#", "x", "",
    ]);
    let blank = blank.prop_map(|blank| blank.as_bytes().to_vec());
    // Around the length at which a line is cut.
    let long = MAX_LINE_LEN - 4..MAX_LINE_LEN + 4;
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
    fn every_line_is_returned_trimmed_and_a_long_one_is_cut(
        parts in inputs(),
        capacity in prop_oneof![1..64_usize, Just(8192)],
    ) {
        let input: Vec<_> = parts.iter().flat_map(|(part, count)| part.repeat(*count)).collect();
        let mut reader = BufReader::with_capacity(capacity, &*input);
        for line in input.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii();
            let long = line.len() > MAX_LINE_LEN;
            // The rest of a line that is too long is ignored.
            let line = String::from_utf8_lossy(&line[..line.len().min(MAX_LINE_LEN)]);
            let line = line.trim_matches(is_blank);
            if (line.is_empty() && !long) || line.starts_with('#') {
                continue;
            }
            let given = next_line(&mut reader).unwrap();
            if long {
                let given = given.map_or(0, |given| given.len());
                prop_assert!((MAX_LINE_LEN..=3 * MAX_LINE_LEN).contains(&given), "{given} bytes");
            } else {
                prop_assert_eq!(given.as_deref(), Some(line));
            }
        }
        prop_assert_eq!(next_line(&mut reader).unwrap(), None);
    }
}
