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
    let mut found = all(course).filter(is_named);
    let Some(first) = found.next() else {
        return Err(Failure::usage(format!(
            "there is no exercise `{name}`{}; `cargo xtask learn list` shows all of them",
            suggestion(course, name)
        )));
    };
    if found.next().is_some() {
        return Err(Failure::usage(format!(
            "several lessons have an exercise `{name}`; write one with its lesson, as in `{}`",
            first.name()
        )));
    }
    Ok(first)
}

/// Names that share a word with this one, or the beginning of a word.
fn suggestion(course: &Workspace, name: &str) -> String {
    let short = name.rsplit('/').next().unwrap_or(name);
    let is_similar = |other: &str| {
        let mut words = short.split('-').filter(|word| word.len() > 2);
        words.any(|word| other.contains(word))
    };
    let similar: Vec<_> = all(course)
        .map(|one| one.exercise.name.as_str())
        .filter(|other| is_similar(other))
        .map(|other| format!("`{other}`"))
        .collect();
    if similar.is_empty() {
        String::new()
    } else {
        format!("; did you mean {}?", similar.join(" or "))
    }
}
