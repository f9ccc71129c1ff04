//! Which lessons a command is for: `3`, `2-4`, `1,5`, and any of these together.

use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::lessons::Lesson;

/// The lessons as they were asked for. Whether they exist is checked by [`select`].
#[derive(Clone, Debug, PartialEq)]
pub struct Selection(Vec<RangeInclusive<u32>>);

impl Selection {
    /// How many lessons there are to choose from is not known yet.
    const ALL: RangeInclusive<u32> = 0..=u32::MAX;
}

impl FromStr for Selection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(range)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn range(text: &str) -> Result<RangeInclusive<u32>, String> {
    let Some((first, last)) = text.split_once('-') else {
        let lesson = number(text)?;
        return Ok(lesson..=lesson);
    };
    let (first, last) = (number(first)?, number(last)?);
    if first > last {
        return Err(format!("the range {first}-{last} must be {last}-{first}"));
    }
    Ok(first..=last)
}

fn number(text: &str) -> Result<u32, String> {
    let text = text.trim();
    // `parse` alone would accept `+3` too.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{text}` is not a lesson's number"));
    }
    text.parse()
        .map_err(|_| format!("the number {text} is too large"))
}

/// The lesson of this number.
pub fn find(number: u32, lessons: &[Lesson]) -> Result<&Lesson, String> {
    let found = lessons.iter().find(|lesson| lesson.number == number);
    found.ok_or_else(|| {
        let known: Vec<_> = lessons
            .iter()
            .map(|lesson| lesson.number.to_string())
            .collect();
        format!(
            "there is no lesson {number}: the lessons are {}",
            known.join(", ")
        )
    })
}

/// The selected lessons, from number `from` on. Both ends of a range must exist.
pub fn select<'a>(
    selection: Option<&Selection>,
    from: Option<u32>,
    lessons: &'a [Lesson],
) -> Result<Vec<&'a Lesson>, String> {
    let ends = selection
        .iter()
        .flat_map(|selection| &selection.0)
        .flat_map(|range| [*range.start(), *range.end()]);
    for number in ends.chain(from) {
        find(number, lessons)?;
    }
    let all = [Selection::ALL];
    let ranges = selection.map_or(&all[..], |selection| &selection.0);
    let selected: Vec<_> = lessons
        .iter()
        .filter(|lesson| ranges.iter().any(|range| range.contains(&lesson.number)))
        .filter(|lesson| from.is_none_or(|from| lesson.number >= from))
        .collect();
    if selected.is_empty() {
        return Err("no lesson is selected".into());
    }
    Ok(selected)
}

#[cfg(test)]
mod tests {
    use super::{Selection, select};
    use crate::lessons::Lesson;

    /// The numbers that are selected, of the lessons 1, 2, 3, and 5.
    fn selected(selection: Option<&str>, from: Option<u32>) -> Result<Vec<u32>, String> {
        let selection = selection.map(str::parse::<Selection>).transpose()?;
        let lessons = [1, 2, 3, 5].map(|number| Lesson {
            number,
            ..Lesson::default()
        });
        let selected = select(selection.as_ref(), from, &lessons)?;
        Ok(selected.iter().map(|lesson| lesson.number).collect())
    }

    #[test]
    fn lessons_are_selected_once_and_in_order() {
        for (selection, from, expected) in [
            (None, None, vec![1, 2, 3, 5]),
            (None, Some(3), vec![3, 5]),
            (Some("3"), None, vec![3]),
            (Some("2-5"), None, vec![2, 3, 5]),
            (Some("1, 3-5"), None, vec![1, 3, 5]),
            (Some("5,1,1-2"), None, vec![1, 2, 5]),
            (Some("1-3"), Some(2), vec![2, 3]),
        ] {
            assert_eq!(selected(selection, from), Ok(expected), "{selection:?}");
        }
    }

    #[test]
    fn a_selection_that_cannot_be_met_is_an_error_that_says_why() {
        let unknown = "there is no lesson 4: the lessons are 1, 2, 3, 5";
        for (selection, from, expected) in [
            (Some("4"), None, unknown),
            (Some("2-4"), None, unknown),
            (None, Some(4), unknown),
            (Some("1"), Some(3), "no lesson is selected"),
            (Some("5-2"), None, "the range 5-2 must be 2-5"),
            (Some(""), None, "`` is not a lesson's number"),
            (Some("1,"), None, "`` is not a lesson's number"),
            (Some("two"), None, "`two` is not a lesson's number"),
            (Some("+3"), None, "`+3` is not a lesson's number"),
            (Some("1-2-3"), None, "`2-3` is not a lesson's number"),
            (
                Some("99999999999"),
                None,
                "the number 99999999999 is too large",
            ),
        ] {
            assert_eq!(selected(selection, from), Err(expected.into()));
        }
    }
}
