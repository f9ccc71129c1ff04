//! The exercises of all lessons, in the order of the course.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::lessons::{Exercise, Lesson, Workspace};

/// An exercise and the lesson to which it belongs.
#[derive(Clone, Copy, Debug)]
pub struct ExerciseRef<'a> {
    pub lesson: &'a Lesson,
    pub exercise: &'a Exercise,
}

impl ExerciseRef<'_> {
    /// `step3-taskgroup/create-a-task`
    pub fn name(&self) -> String {
        format!("{}/{}", self.lesson.name, self.exercise.name)
    }

    /// The file with the lesson's own functions.
    pub fn reference(&self) -> PathBuf {
        self.lesson.folder.join(&self.exercise.file)
    }
}

pub fn of_lesson(lesson: &Lesson) -> impl Iterator<Item = ExerciseRef<'_>> {
    let exercises = lesson.exercises.iter();
    exercises.map(move |exercise| ExerciseRef { lesson, exercise })
}

pub fn all(course: &Workspace) -> impl Iterator<Item = ExerciseRef<'_>> {
    course.lessons.iter().flat_map(of_lesson)
}

/// The exercise of this name, with or without the name of its lesson.
pub fn find<'a>(course: &'a Workspace, name: &str) -> Result<ExerciseRef<'a>, Failure> {
    let is_named = |one: &ExerciseRef| one.name() == name || one.exercise.name == name;
    let found: Vec<_> = all(course).filter(is_named).collect();
    if let [one] = found[..] {
        return Ok(one);
    }
    let shares_word = |one: &ExerciseRef| {
        let mut words = name.split(['/', '-']).filter(|word| word.len() > 2);
        words.any(|word| one.exercise.name.contains(word))
    };
    let similar = all(course).filter(shares_word).map(|one| one.name());
    let similar = similar.collect::<Vec<_>>().join(", ");
    Err(Failure::usage(match (&found[..], &*similar) {
        ([], "") => format!("there is no exercise `{name}`; `cargo xtask learn` lists them"),
        ([], _) => format!("there is no exercise `{name}`; similar names: {similar}"),
        _ => format!("several lessons have an exercise `{name}`: {similar}"),
    }))
}
