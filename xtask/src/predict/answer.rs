//! When two answers are the same.

use std::collections::BTreeSet;

/// The words of an answer, without those that only say how it is meant: names come in any order, a
/// time with or without its unit, and `none` is no name.
pub fn words(answer: &str) -> BTreeSet<String> {
    let answer = answer.to_lowercase();
    let words = answer.split(|other: char| !(other.is_alphanumeric() || other == '_'));
    words
        .map(|word| match word.strip_suffix("ms") {
            Some(time) if time.bytes().all(|byte| byte.is_ascii_digit()) => time,
            _ => word,
        })
        .filter(|word| !["", "and", "none", "nobody", "nothing"].contains(word))
        .map(String::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn names_come_in_any_order_and_between_any_marks() {
        assert_eq!(words("slow, Quick"), words("\"quick\" and slow"));
        assert_ne!(words("slow"), words("slow quick"));
    }

    #[test]
    fn a_time_has_its_unit_or_not() {
        assert_eq!(words("10"), words("10 ms"));
        assert_eq!(words("10"), words("10ms"));
        assert_ne!(words("10"), words("100"));
    }

    #[test]
    fn none_is_an_answer() {
        for none in ["none", "-", "[]", "Nobody", ""] {
            assert!(words(none).is_empty(), "{none}");
        }
    }
}
