//! Which steps to run: `3`, `2-4`, `1,5`, and any of these together.

use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::lessons::Lesson;

/// The steps as they were asked for. Whether there are such steps is not known yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps(Vec<RangeInclusive<u32>>);

impl Steps {
    pub fn all() -> Self {
        Self(vec![0..=u32::MAX])
    }
}

impl FromStr for Steps {
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
        let step = number(text)?;
        return Ok(step..=step);
    };
    let (first, last) = (number(first)?, number(last)?);
    if first > last {
        return Err(format!("the range {first}-{last} runs backwards"));
    }
    Ok(first..=last)
}

fn number(text: &str) -> Result<u32, String> {
    let text = text.trim();
    // `parse` alone would take `+3` too.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{text}` is not the number of a step"));
    }
    text.parse()
        .map_err(|_| format!("there is no step as high as {text}"))
}

/// The lesson of this number.
pub fn one(step: u32, lessons: &[Lesson]) -> Result<&Lesson, String> {
    let found = lessons.iter().find(|lesson| lesson.number == step);
    found.ok_or_else(|| {
        let known: Vec<_> = lessons
            .iter()
            .map(|lesson| lesson.number.to_string())
            .collect();
        format!(
            "there is no step {step}: the steps are {}",
            known.join(", ")
        )
    })
}

/// The lessons that were asked for, beginning with step `from`. Both ends of a range must exist.
pub fn choose<'a>(
    steps: Option<&Steps>,
    from: Option<u32>,
    lessons: &'a [Lesson],
) -> Result<Vec<&'a Lesson>, String> {
    let all = Steps::all();
    let ends = steps
        .iter()
        .flat_map(|steps| &steps.0)
        .flat_map(|range| [*range.start(), *range.end()]);
    for step in ends.chain(from) {
        one(step, lessons)?;
    }
    let ranges = &steps.unwrap_or(&all).0;
    let chosen: Vec<_> = lessons
        .iter()
        .filter(|lesson| ranges.iter().any(|range| range.contains(&lesson.number)))
        .filter(|lesson| from.is_none_or(|from| lesson.number >= from))
        .collect();
    if chosen.is_empty() {
        return Err("no step is left to run".into());
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::{Steps, choose};
    use crate::lessons::Lesson;

    /// The numbers that are chosen, of the steps 1, 2, 3, and 5.
    fn chosen(steps: Option<&str>, from: Option<u32>) -> Result<Vec<u32>, String> {
        let steps = steps.map(str::parse::<Steps>).transpose()?;
        let lessons = [1, 2, 3, 5].map(|number| Lesson {
            number,
            ..Lesson::default()
        });
        let chosen = choose(steps.as_ref(), from, &lessons)?;
        Ok(chosen.iter().map(|lesson| lesson.number).collect())
    }

    #[test]
    fn the_default_is_every_step() {
        assert_eq!(chosen(None, None), Ok(vec![1, 2, 3, 5]));
    }

    #[test]
    fn steps_are_numbers_and_ranges_between_commas() {
        assert_eq!(chosen(Some("3"), None), Ok(vec![3]));
        assert_eq!(chosen(Some("1,5"), None), Ok(vec![1, 5]));
        assert_eq!(chosen(Some("2-5"), None), Ok(vec![2, 3, 5]));
        assert_eq!(chosen(Some("1, 3-5"), None), Ok(vec![1, 3, 5]));
    }

    #[test]
    fn steps_run_once_and_in_order_however_they_are_asked_for() {
        assert_eq!(chosen(Some("5,1,1-2"), None), Ok(vec![1, 2, 5]));
    }

    #[test]
    fn from_leaves_out_the_steps_before_it() {
        assert_eq!(chosen(None, Some(3)), Ok(vec![3, 5]));
        assert_eq!(chosen(Some("1-3"), Some(2)), Ok(vec![2, 3]));
    }

    #[test]
    fn from_that_leaves_nothing_is_an_error() {
        assert_eq!(
            chosen(Some("1"), Some(3)),
            Err("no step is left to run".into())
        );
    }

    #[test]
    fn an_unknown_step_is_answered_with_those_that_exist() {
        let answer = "there is no step 4: the steps are 1, 2, 3, 5".to_string();
        assert_eq!(chosen(Some("4"), None), Err(answer.clone()));
        assert_eq!(chosen(Some("2-4"), None), Err(answer.clone()));
        assert_eq!(chosen(None, Some(4)), Err(answer));
    }

    #[test]
    fn a_range_backwards_is_an_error() {
        assert_eq!(
            chosen(Some("5-2"), None),
            Err("the range 5-2 runs backwards".into())
        );
    }

    #[test]
    fn what_is_no_number_is_named() {
        for (steps, named) in [
            ("", ""),
            ("1,", ""),
            ("two", "two"),
            ("+3", "+3"),
            ("1-2-3", "2-3"),
        ] {
            let answer = format!("`{named}` is not the number of a step");
            assert_eq!(chosen(Some(steps), None), Err(answer));
        }
    }

    #[test]
    fn a_number_that_is_too_long_is_an_error() {
        assert_eq!(
            chosen(Some("99999999999"), None),
            Err("there is no step as high as 99999999999".into())
        );
    }
}
