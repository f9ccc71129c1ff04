//! The files of a lesson in the practice folder: those of the lesson, with `todo!` as the body of each
//! function that an exercise asks for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::course::{self, ExerciseRef};
use super::{files, manifest, source};
use crate::failure::Failure;
use crate::lessons::Lesson;

/// Contents by path, from the lesson's folder.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// What is copied besides the manifest. Benches and misconceptions are not.
const PARTS: [&str; 4] = ["README.md", "src", "tests", "examples"];

/// All files of the lesson, as a learner finds them at the start.
pub fn files(lesson: &Lesson, package: &str) -> Result<Files, Failure> {
    let text = files::read(&lesson.folder.join("Cargo.toml"))?;
    let (manifest, left_out) = manifest::of_lesson(&text, package)
        .map_err(|error| Failure::failed(format!("{}/Cargo.toml: {error}", lesson.name)))?;
    let mut files = Files::from([("Cargo.toml".into(), manifest.into())]);
    for part in PARTS {
        collect(&lesson.folder, Path::new(part), &left_out, &mut files)
            .map_err(|error| files::cannot("copy", &lesson.folder.join(part), &error))?;
    }
    for exercise in course::of_lesson(lesson) {
        let content = files.entry(exercise.exercise.file.clone()).or_default();
        let text = with_todos(&exercise, &String::from_utf8_lossy(content))
            .map_err(|error| Failure::failed(format!("{}: {error}", exercise.name())))?;
        *content = text.into();
    }
    Ok(files)
}

fn collect(from: &Path, path: &Path, left_out: &[PathBuf], files: &mut Files) -> io::Result<()> {
    let source = from.join(path);
    if source.is_dir() && !left_out.iter().any(|one| one == path) {
        for entry in fs::read_dir(&source)? {
            collect(from, &path.join(entry?.file_name()), left_out, files)?;
        }
    } else if source.is_file() {
        files.insert(path.into(), fs::read(&source)?);
    }
    Ok(())
}

/// The text with `todo!` in each function that the exercise asks for.
pub fn with_todos(exercise: &ExerciseRef, text: &str) -> Result<String, String> {
    let exercise = exercise.exercise;
    let with_todo = |text: String, name: &String| {
        let function = source::find(&text, name, &exercise.file)?;
        Ok(function.with_todo(&text, &exercise.task))
    };
    let mut functions = exercise.functions.iter();
    functions.try_fold(text.to_owned(), with_todo)
}

/// The text with the bodies that the functions have in `reference`.
pub fn with_solution(
    exercise: &ExerciseRef,
    text: &str,
    reference: &str,
) -> Result<String, String> {
    let exercise = exercise.exercise;
    let with_body = |text: String, name: &String| {
        let solution = source::find(reference, name, &exercise.file)?;
        let function = source::find(&text, name, &exercise.file)?;
        Ok(function.with_body(&text, solution.body(reference)))
    };
    let mut functions = exercise.functions.iter();
    functions.try_fold(text.to_owned(), with_body)
}
