//! The state of `cargo xtask learn`, and what each command does with it. Nothing here prints.

use std::ops::Range;
use std::path::PathBuf;

use super::course::{self, ExerciseRef};
use super::practice::Practice;
use super::progress::Progress;
use super::{files, layout, source};
use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::selection;

#[derive(Debug)]
pub struct Session<'a> {
    pub course: &'a Workspace,
    pub practice: Practice<'a>,
    pub progress: Progress,
}

/// What selecting an exercise has done.
pub struct Selected<'a> {
    pub exercise: ExerciseRef<'a>,
    /// Where the learner's old copy of the lesson is now.
    pub kept: Option<PathBuf>,
    /// Whether the lesson was not in the practice folder.
    pub is_new: bool,
    /// What was copied into the practice folder.
    pub written: Vec<PathBuf>,
}

/// A learner's file with another text.
pub struct Replaced {
    pub file: PathBuf,
    /// The copy of the old file.
    pub kept: PathBuf,
    /// Why the whole file was restored, and not only the functions.
    pub reason: Option<String>,
}

impl<'a> Session<'a> {
    pub fn open(course: &'a Workspace, folder: &str) -> Result<Self, Failure> {
        let practice = Practice::new(course, folder)?;
        let progress = Progress::read(&practice.folder)?;
        Ok(Self {
            course,
            practice,
            progress,
        })
    }

    /// The selected exercise.
    pub fn current(&self) -> Result<ExerciseRef<'a>, Failure> {
        let name = self.progress.current().ok_or_else(|| {
            Failure::usage("no exercise selected; `cargo xtask learn start` begins with lesson 1")
        })?;
        course::find(self.course, name).map_err(|_| {
            Failure::usage(format!(
                "the lesson has changed: the exercise `{name}` is no longer part of it. Your code is \
                 unchanged. `cargo xtask learn list` shows the exercises, `cargo xtask learn goto NAME` \
                 selects one"
            ))
        })
    }

    /// The next exercise that is not done, after this one or else from the beginning.
    pub fn following(&self, exercise: &ExerciseRef) -> Option<ExerciseRef<'a>> {
        let name = exercise.name();
        let after = course::all(self.course).skip_while(|other| other.name() != name);
        let mut others = after.chain(course::all(self.course));
        others.find(|other| other.name() != name && !self.progress.is_done(other))
    }

    /// Selects the lesson's first exercise that is not done. A fresh start moves the old copy aside.
    pub fn start(&mut self, number: u32, fresh: bool) -> Result<Selected<'a>, Failure> {
        let lesson = selection::find(number, &self.course.lessons).map_err(Failure::usage)?;
        let mut kept = None;
        if fresh && self.practice.has(lesson) {
            kept = Some(files::keep(&self.practice.lesson_folder(lesson))?);
            for exercise in course::of_lesson(lesson) {
                self.progress.set_done(&exercise, false);
            }
        }
        let exercise = course::of_lesson(lesson)
            .find(|exercise| !self.progress.is_done(exercise))
            .or_else(|| course::of_lesson(lesson).next())
            .ok_or_else(|| Failure::usage(format!("lesson {number} has no exercises")))?;
        let selected = self.select(exercise)?;
        Ok(Selected { kept, ..selected })
    }

    /// Selects an exercise, and copies what is missing of its lesson.
    pub fn select(&mut self, exercise: ExerciseRef<'a>) -> Result<Selected<'a>, Failure> {
        let is_new = !self.practice.has(exercise.lesson);
        let written = self.practice.copy(exercise.lesson)?;
        self.progress.set_current(&exercise);
        self.progress.write()?;
        Ok(Selected {
            exercise,
            kept: None,
            is_new,
            written,
        })
    }

    /// The numbers of the next hints, from 0: one, and after the last one all of them.
    pub fn hints(&mut self) -> Result<(ExerciseRef<'a>, Range<usize>), Failure> {
        let exercise = self.current()?;
        let all = exercise.exercise.hints.len();
        let given = self.progress.hints(&exercise);
        if given >= all {
            return Ok((exercise, 0..all));
        }
        self.progress.set_hints(&exercise, given + 1);
        self.progress.write()?;
        Ok((exercise, given..given + 1))
    }

    /// The functions as the lesson has them.
    pub fn solution(&self) -> Result<(ExerciseRef<'a>, String), Failure> {
        let exercise = self.current()?;
        let text = files::read(&exercise.reference())?;
        let mut functions = Vec::new();
        for name in &exercise.exercise.functions {
            let function = source::find(&text, name, &exercise.exercise.file);
            let function = function.map_err(Failure::failed)?;
            functions.push(function.code(&text).to_owned());
        }
        Ok((exercise, functions.join("\n\n")))
    }

    /// Writes the lesson's functions into the learner's file.
    pub fn take_solution(&self) -> Result<Replaced, Failure> {
        let exercise = self.current()?;
        let reference = files::read(&exercise.reference())?;
        self.replace(&exercise, |text| {
            let text = layout::with_solution(&exercise, text, &reference).map_err(|error| {
                Failure::failed(format!(
                    "{error}; `cargo xtask learn reset` restores the file and keeps a copy of yours"
                ))
            })?;
            Ok((text, None))
        })
    }

    /// Writes `todo!` into the learner's functions. If they are not found, restores the whole file.
    pub fn reset(&mut self) -> Result<Replaced, Failure> {
        let exercise = self.current()?;
        let replaced = self.replace(&exercise, |text| {
            layout::with_todos(&exercise, text)
                .map(|text| (text, None))
                .or_else(|reason| {
                    let package = self.practice.package(exercise.lesson);
                    let mut files = layout::files(exercise.lesson, &package)?;
                    let content = files.remove(&exercise.exercise.file).unwrap_or_default();
                    Ok((String::from_utf8_lossy(&content).into(), Some(reason)))
                })
        })?;
        self.progress.set_done(&exercise, false);
        self.progress.write()?;
        Ok(replaced)
    }

    fn replace(
        &self,
        exercise: &ExerciseRef,
        edit: impl FnOnce(&str) -> Result<(String, Option<String>), Failure>,
    ) -> Result<Replaced, Failure> {
        self.practice.ensure_complete(exercise.lesson)?;
        let file = self.practice.file(exercise);
        let (text, reason) = edit(&files::read(&file)?)?;
        let kept = files::keep(&file)?;
        files::write(&file, text)?;
        Ok(Replaced { file, kept, reason })
    }
}
