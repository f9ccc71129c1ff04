//! What a page shows, and what the program prints: the same, or where they differ.

/// A line `...` stands for any number of lines.
pub fn is_gap(line: &str) -> bool {
    line.trim() == "..."
}

/// Whether the lines are the same, but for what the gaps stand for.
pub fn matches(shown: &[String], printed: &[String]) -> bool {
    let parts: Vec<&[String]> = shown.split(|line| is_gap(line)).collect();
    let [first, between @ .., last] = parts.as_slice() else {
        return shown == printed;
    };
    let Some(rest) = printed.strip_prefix(*first) else {
        return false;
    };
    let Some(mut rest) = rest.strip_suffix(*last) else {
        return false;
    };
    for part in between.iter().filter(|part| !part.is_empty()) {
        let Some(start) = rest.windows(part.len()).position(|window| window == *part) else {
            return false;
        };
        rest = &rest[start + part.len()..];
    }
    true
}

/// The first of these lines that is not printed, in their order, with anything between them.
pub fn missing<'a>(shown: &'a [String], printed: &[String]) -> Option<&'a str> {
    let mut printed = printed.iter();
    shown
        .iter()
        .map(|line| line.trim())
        .filter(|line| !line.is_empty() && !is_gap(line))
        .find(|line| !printed.any(|other| other.trim() == *line))
}

/// The lines that differ, `-` as shown and `+` as printed, without those that a gap stands for.
pub fn difference(shown: &[String], printed: &[String]) -> Vec<String> {
    let lengths = common_lengths(shown, printed);
    let (mut old, mut new) = (0, 0);
    let mut difference = Vec::new();
    loop {
        // One stretch of lines that differ, up to the next pair that both have.
        let (old_start, new_start) = (old, new);
        while (old, new) != (shown.len(), printed.len()) {
            if old < shown.len() && new < printed.len() && shown[old] == printed[new] {
                break;
            }
            if new == printed.len()
                || (old < shown.len() && lengths[old + 1][new] >= lengths[old][new + 1])
            {
                old += 1;
            } else {
                new += 1;
            }
        }
        let removed = &shown[old_start..old];
        let has_gap = removed.iter().any(|line| is_gap(line));
        difference.extend(
            removed
                .iter()
                .filter(|line| !is_gap(line))
                .map(|line| format!("- {line}")),
        );
        if !has_gap {
            let added = &printed[new_start..new];
            difference.extend(added.iter().map(|line| format!("+ {line}")));
        }
        if (old, new) == (shown.len(), printed.len()) {
            return difference;
        }
        old += 1;
        new += 1;
    }
}

/// How many lines the two have in common at most, behind each pair of places.
fn common_lengths(shown: &[String], printed: &[String]) -> Vec<Vec<usize>> {
    let mut lengths = vec![vec![0; printed.len() + 1]; shown.len() + 1];
    for old in (0..shown.len()).rev() {
        for new in (0..printed.len()).rev() {
            lengths[old][new] = if shown[old] == printed[new] {
                lengths[old + 1][new + 1] + 1
            } else {
                lengths[old + 1][new].max(lengths[old][new + 1])
            };
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::{difference, matches, missing};

    fn lines(text: &str) -> Vec<String> {
        text.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn without_a_gap_all_lines_must_be_the_same() {
        assert!(matches(&lines("a b"), &lines("a b")));
        assert!(!matches(&lines("a b"), &lines("a b c")));
        assert!(!matches(&lines("a b"), &lines("b")));
        assert!(matches(&[], &[]));
    }

    #[test]
    fn a_gap_stands_for_any_number_of_lines() {
        for printed in ["a b", "a x b", "a x y b", "a b b"] {
            assert!(matches(&lines("a ... b"), &lines(printed)), "{printed}");
        }
        assert!(!matches(&lines("a ... b"), &lines("a")));
        assert!(!matches(&lines("a ... b"), &lines("a b c")));
    }

    #[test]
    fn a_line_cannot_match_on_both_sides_of_a_gap() {
        assert!(!matches(&lines("a ... a"), &lines("a")));
    }

    #[test]
    fn between_gaps_the_lines_come_in_order_and_together() {
        assert!(matches(&lines("... b c ... e ..."), &lines("a b c d e")));
        assert!(!matches(&lines("... b d ..."), &lines("a b c d")));
        assert!(!matches(&lines("... c ... b ..."), &lines("a b c")));
        assert!(matches(&lines("..."), &[]));
    }

    #[test]
    fn the_first_line_that_is_not_printed_in_its_place_is_missing() {
        let printed: Vec<String> = ["  a", "x", "b  ", "c"].map(String::from).into();
        assert_eq!(missing(&lines("a ... b c"), &printed), None);
        assert_eq!(missing(&lines("b a"), &printed), Some("a"));
        assert_eq!(missing(&lines("c c"), &printed), Some("c"));
    }

    #[test]
    fn a_difference_shows_the_lines_that_changed() {
        let difference = difference(&lines("a b c d"), &lines("a x c d e"));
        assert_eq!(difference, ["- b", "+ x", "+ e"]);
    }

    #[test]
    fn a_difference_leaves_out_what_a_gap_stands_for() {
        let difference = difference(&lines("a ... d e"), &lines("a b c d f"));
        assert_eq!(difference, ["- e", "+ f"]);
    }
}
