//! The state of `cargo xtask learn`, and what each command does with it. Nothing here prints.

use std::ops::Range;
use std::path::PathBuf;

use super::course::{self, ExerciseRef};
use super::progress::Progress;
use super::{Start, layout, source};
use crate::failure::Failure;
use crate::files;
use crate::lessons::Workspace;

#[derive(Debug)]
pub struct Session<'a> {
    pub course: &'a Workspace,
    /// The practice folder, in the root of the lessons' workspace.
    pub folder: PathBuf,
    pub progress: Progress,
}

pub type Started<'a> = (ExerciseRef<'a>, Option<PathBuf>);

impl<'a> Session<'a> {
    /// The selected exercise.
    pub fn current(&self) -> Result<ExerciseRef<'a>, Failure> {
        let name = self.progress.current().ok_or_else(|| {
            Failure::usage("no exercise selected; `cargo xtask learn start` begins with lesson 1")
        })?;
        course::find(self.course, name).map_err(|_| {
            Failure::usage(format!(
                "the lesson has changed: it has no exercise `{name}` any more. Your code is unchanged; \
                 `cargo xtask learn` lists the exercises, `cargo xtask learn goto NAME` selects one"
            ))
        })
    }

    /// The next exercise that is not done, after this one or else from the beginning.
    pub fn following(&self, one: &ExerciseRef) -> Option<ExerciseRef<'a>> {
        let name = one.name();
        let after = course::all(self.course).skip_while(|other| other.name() != name);
        let mut others = after.chain(course::all(self.course));
        others.find(|other| other.name() != name && !self.progress.is_done(other))
    }

    /// Selects the lesson's first exercise that is not done. A fresh start, or one with the lesson's page,
    /// moves the old copy aside. Returns its new path too.
    pub fn start(&mut self, start: &Start) -> Result<Started<'a>, Failure> {
        let (number, page) = (start.lesson, start.page);
        let lesson = self.course.lesson(number)?;
        let (folder, mut kept) = (self.lesson_folder(lesson), None);
        if (start.fresh || page) && folder.exists() {
            kept = Some(files::keep(&folder)?);
            for one in course::of_lesson(lesson) {
                self.progress.set_done(&one, false)?;
            }
        }
        let mut exercises = course::of_lesson(lesson);
        let exercise = exercises.find(|one| !self.progress.is_done(one));
        let exercise = exercise.or_else(|| course::of_lesson(lesson).next());
        let none = || Failure::usage(format!("lesson {number} has no exercises"));
        let exercise = exercise.ok_or_else(none)?;
        self.copy(lesson, page)?;
        Ok((self.select(exercise)?, kept))
    }

    /// Selects an exercise, and copies what is missing of its lesson.
    pub fn select(&mut self, exercise: ExerciseRef<'a>) -> Result<ExerciseRef<'a>, Failure> {
        self.copy(exercise.lesson, false)?;
        self.progress.set_current(&exercise)?;
        Ok(exercise)
    }

    /// The next hints, counted from 0: one, and after the last one all of them.
    pub fn hints(&mut self) -> Result<(ExerciseRef<'a>, Range<usize>), Failure> {
        let one = self.current()?;
        let (given, all) = (self.progress.count_hint(&one)?, one.exercise.hints.len());
        let is_new = given < all;
        Ok((one, if is_new { given..given + 1 } else { 0..all }))
    }

    /// The lesson's file and the functions in it.
    pub fn solution(&self) -> Result<(PathBuf, String), Failure> {
        let one = self.current()?;
        let file = one.reference();
        let text = files::read(&file)?;
        let mut functions = Vec::new();
        for name in &one.exercise.functions {
            functions.push(source::find(&text, name, &file)?.code(&text));
        }
        let code = functions.join("\n\n");
        Ok((file, code))
    }

    /// Writes the lesson's functions into the learner's file. Returns the path of a copy of the old file.
    pub fn take_solution(&self) -> Result<PathBuf, Failure> {
        let one = self.current()?;
        let file = self.file(&one);
        let (text, reference) = (files::read(&file)?, files::read(&one.reference())?);
        let solved = layout::with_bodies(&one, &file, &text, Some(&reference))?;
        files::replace(&file, solved)
    }

    /// The same with `todo!`. If the functions are not found, restores the whole file.
    pub fn reset(&mut self) -> Result<PathBuf, Failure> {
        let one = self.current()?;
        let file = self.file(&one);
        let todos = layout::with_bodies(&one, &file, &files::read(&file)?, None);
        let original = layout::files(one.lesson, &self.package(one.lesson), false)?;
        let text = todos.unwrap_or_else(|_| layout::text(&original, &one.exercise.file));
        let kept = files::replace(&file, text)?;
        self.progress.set_done(&one, false)?;
        Ok(kept)
    }
}
