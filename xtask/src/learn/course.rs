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
    /// `step3-taskgroup/stop-the-siblings`
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
    let is_similar = |one: &ExerciseRef| {
        let mut words = name.split(['/', '-']).filter(|word| word.len() > 2);
        words.any(|word| one.exercise.name.contains(word))
    };
    all(course).find(is_named).ok_or_else(|| {
        let similar = all(course).filter(is_similar).map(|one| one.name());
        let similar = similar.collect::<Vec<_>>().join(", ");
        let similar = if similar.is_empty() { "none" } else { &similar };
        Failure::usage(format!(
            "there is no exercise `{name}` (similar: {similar}); `cargo xtask learn` lists them"
        ))
    })
}
