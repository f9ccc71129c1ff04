//! Which lessons and exercises fit into the time, and when the breaks are.

use crate::lessons::{Exercise, Lesson};

/// What fits, in the order of the day.
pub struct Plan<'a> {
    pub items: Vec<Item<'a>>,
    /// What to leave out when time gets short, the first thing first.
    pub cuts: Vec<Item<'a>>,
}

#[derive(Clone, Copy)]
pub enum Item<'a> {
    Lesson(&'a Lesson),
    Exercise(&'a Lesson, &'a Exercise),
    Break,
}

pub const BREAK: u32 = 10;

impl Item<'_> {
    pub fn minutes(&self) -> u32 {
        match self {
            Self::Lesson(lesson) => lesson.minutes,
            Self::Exercise(_, exercise) => exercise.minutes,
            Self::Break => BREAK,
        }
    }
}

/// The plan for this time, or none if not even the first lesson fits.
///
/// Each lesson stands on those before it, so they are taken in order, from the first. As many are
/// taken as fit together with one exercise for every two of them: who only listens, forgets. What
/// time is left then goes to more exercises.
pub fn of(lessons: &[Lesson], minutes: u32) -> Option<Plan<'_>> {
    (1..=lessons.len())
        .rev()
        .find_map(|count| with(&lessons[..count], minutes))
}

fn with(lessons: &[Lesson], minutes: u32) -> Option<Plan<'_>> {
    let mut work: u32 = lessons.iter().map(|lesson| lesson.minutes).sum();
    let mut chosen = Vec::new();
    for (rank, (lesson, exercise)) in ranked(lessons).into_iter().enumerate() {
        if with_breaks(work + exercise.minutes) <= minutes {
            work += exercise.minutes;
            chosen.push((lesson, exercise));
        } else if rank < lessons.len() / 2 {
            return None;
        }
    }
    if with_breaks(work) > minutes {
        return None;
    }

    let is_chosen =
        |exercise: &Exercise| chosen.iter().any(|(_, one)| std::ptr::eq(*one, exercise));
    let parts = lessons.iter().map(|lesson| {
        let exercises = lesson.exercises.iter().filter(|one| is_chosen(one));
        let exercises = exercises.map(|exercise| Item::Exercise(lesson, exercise));
        [Item::Lesson(lesson)]
            .into_iter()
            .chain(exercises)
            .collect()
    });
    let items = with_breaks_between(parts.collect(), work);

    let last_lessons = lessons.iter().skip(1).rev().map(Item::Lesson);
    let last_exercises = chosen.iter().rev();
    let last_exercises = last_exercises.map(|(lesson, exercise)| Item::Exercise(lesson, exercise));
    Some(Plan {
        items,
        cuts: last_exercises.chain(last_lessons).collect(),
    })
}

/// The exercises, the one that is worth most first: one of each lesson before a second of any, and
/// that of the longest lesson before the others. Who has listened longest needs to do something most.
fn ranked(lessons: &[Lesson]) -> Vec<(&Lesson, &Exercise)> {
    let mut ranked: Vec<_> = lessons
        .iter()
        .flat_map(|lesson| {
            let exercises = lesson.exercises.iter().enumerate();
            exercises.map(move |(round, exercise)| (round, lesson, exercise))
        })
        .collect();
    ranked.sort_by_key(|(round, lesson, _)| (*round, u32::MAX - lesson.minutes));
    ranked
        .into_iter()
        .map(|(_, lesson, exercise)| (lesson, exercise))
        .collect()
}

/// Every hour but the first begins with a break.
fn breaks(work: u32) -> u32 {
    work.saturating_sub(60).div_ceil(60 - BREAK)
}

fn with_breaks(work: u32) -> u32 {
    work + breaks(work) * BREAK
}

/// Puts each break where it parts the work before it and behind it most evenly. A lesson and its
/// exercises stay together.
fn with_breaks_between(lessons: Vec<Vec<Item>>, mut work: u32) -> Vec<Item> {
    let mut hours = breaks(work) + 1;
    let mut planned = Vec::new();
    let mut hour = 0;
    for lesson in lessons {
        let even = work / hours;
        let longer = hour + lesson.iter().map(Item::minutes).sum::<u32>();
        if hours > 1 && hour > 0 && even.abs_diff(hour) <= even.abs_diff(longer) {
            planned.push(Item::Break);
            work -= hour;
            hours -= 1;
            hour = 0;
        }
        hour += lesson.iter().map(Item::minutes).sum::<u32>();
        planned.extend(lesson);
    }
    planned
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Item, of, with_breaks};
    use crate::lessons::Lesson;

    fn lesson(number: u32, minutes: u32, exercises: &[u32]) -> Lesson {
        let exercises = exercises.iter().map(|minutes| {
            let exercise = json!({
                "name": "e", "minutes": minutes, "task": "write it", "hints": [],
                "file": "src/lib.rs", "functions": [], "program": "all", "tests": [],
            });
            serde_json::from_value(exercise).unwrap()
        });
        Lesson {
            number,
            minutes,
            exercises: exercises.collect(),
            ..Lesson::default()
        }
    }

    fn shown(items: &[Item]) -> String {
        let items = items.iter().map(|item| match item {
            Item::Lesson(lesson) => format!("L{}", lesson.number),
            Item::Exercise(lesson, _) => format!("E{}", lesson.number),
            Item::Break => "-".into(),
        });
        items.collect::<Vec<_>>().join(" ")
    }

    /// The plan, what to cut first, and how long it takes.
    fn plan(lessons: &[Lesson], minutes: u32) -> Option<(String, String, u32)> {
        let plan = of(lessons, minutes)?;
        let takes = plan.items.iter().map(Item::minutes).sum();
        assert!(takes <= minutes);
        Some((shown(&plan.items), shown(&plan.cuts), takes))
    }

    fn course() -> [Lesson; 4] {
        [
            lesson(1, 10, &[10, 10]),
            lesson(2, 20, &[10, 10]),
            lesson(3, 30, &[10]),
            lesson(4, 20, &[]),
        ]
    }

    #[test]
    fn lessons_come_in_order_and_one_exercise_for_every_two_of_them() {
        let expected =
            |items: &str, cuts: &str, minutes| Some((items.into(), cuts.into(), minutes));
        assert_eq!(plan(&course(), 10), expected("L1", "", 10));
        assert_eq!(plan(&course(), 39), expected("L1 E1 E1", "E1 E1", 30));
        assert_eq!(plan(&course(), 40), expected("L1 L2 E2", "E2 L2", 40));
        assert_eq!(
            plan(&course(), 79),
            expected("L1 E1 L2 E2 E2", "E2 E1 E2 L2", 60)
        );
        assert_eq!(
            plan(&course(), 80),
            expected("L1 L2 - L3 E3", "E3 L3 L2", 80)
        );
    }

    #[test]
    fn time_that_is_left_goes_to_exercises_and_then_is_left() {
        let everything = "L1 E1 E1 - L2 E2 E2 - L3 E3 L4";
        let cuts = "E1 E2 E1 E2 E3 L4 L3 L2";
        for minutes in [150, 10_000] {
            let expected = Some((everything.into(), cuts.into(), 150));
            assert_eq!(plan(&course(), minutes), expected, "{minutes}");
        }
    }

    #[test]
    fn without_exercises_the_lessons_alone_are_planned() {
        let lessons = [lesson(1, 10, &[]), lesson(2, 20, &[])];
        assert_eq!(plan(&lessons, 30), Some(("L1 L2".into(), "L2".into(), 30)));
    }

    #[test]
    fn too_little_time_for_the_first_lesson_is_no_plan() {
        assert!(plan(&course(), 9).is_none());
        assert!(plan(&[], 90).is_none());
    }

    #[test]
    fn every_hour_but_the_first_begins_with_a_break() {
        for (work, minutes) in [
            (0, 0),
            (60, 60),
            (61, 71),
            (110, 120),
            (111, 131),
            (210, 240),
        ] {
            assert_eq!(with_breaks(work), minutes);
        }
    }

    #[test]
    fn the_breaks_part_the_work_evenly() {
        let lessons = [10, 15, 30, 20, 25, 25, 40];
        let lessons: Vec<_> = (1..)
            .zip(lessons)
            .map(|(number, minutes)| lesson(number, minutes, &[]))
            .collect();
        let planned = "L1 L2 L3 - L4 L5 - L6 - L7";
        assert_eq!(shown(&of(&lessons, 240).unwrap().items), planned);
    }

    #[test]
    fn a_single_long_lesson_has_no_break_within_it() {
        let lessons = [lesson(1, 100, &[])];
        assert_eq!(plan(&lessons, 110), Some(("L1".into(), String::new(), 100)));
    }
}
