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
