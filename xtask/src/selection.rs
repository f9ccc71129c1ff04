//! Which lessons a command is for: `3`, `2-4`, `1,5`, and any of these together.

use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::failure::Failure;
use crate::lessons::{Lesson, Workspace};

/// The lessons as they were asked for; without a range, all of them.
#[derive(Clone, Debug)]
pub struct Selection(Vec<RangeInclusive<u32>>);

impl FromStr for Selection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self(Vec::new()));
        }
        let ranges = text.split(',').map(range);
        ranges.collect::<Result<_, _>>().map(Self)
    }
}

fn range(text: &str) -> Result<RangeInclusive<u32>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
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

impl Workspace {
    /// The lesson of this number.
    pub fn lesson(&self, number: u32) -> Result<&Lesson, Failure> {
        let found = self.lessons.iter().find(|lesson| lesson.number == number);
        found.ok_or_else(|| {
            let known = self.lessons.iter().map(|lesson| lesson.number.to_string());
            let known = known.collect::<Vec<_>>().join(", ");
            Failure::usage(format!(
                "there is no lesson {number}: the lessons are {known}"
            ))
        })
    }

    /// The selected lessons. Both ends of a range must exist.
    pub fn select(&self, Selection(ranges): &Selection) -> Result<Vec<&Lesson>, Failure> {
        for range in ranges {
            self.lesson(*range.start())?;
            self.lesson(*range.end())?;
        }
        let is_in = |number| ranges.iter().any(|range| range.contains(&number));
        let lessons = self.lessons.iter();
        Ok(lessons
            .filter(|lesson| ranges.is_empty() || is_in(lesson.number))
            .collect())
    }
}
