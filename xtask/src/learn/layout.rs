//! The files of a lesson in the practice folder: those of the lesson, with `todo!` as the body of each
//! function that an exercise asks for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::course::{self, ExerciseRef};
use super::source::{self, Function};
use super::{files, manifest};
use crate::failure::Failure;
use crate::lessons::Lesson;

/// Contents by path, from the lesson's folder.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// What is copied besides the manifest. Benches and misconceptions are not.
const PARTS: [&str; 4] = ["README.md", "src", "tests", "examples"];

/// All files of the lesson, as a learner finds them at the start.
pub fn files(lesson: &Lesson, package: &str) -> Result<Files, Failure> {
    let broken = |error| Failure::failed(format!("{}: {error}", lesson.name));
    let text = files::read(&lesson.folder.join("Cargo.toml"))?;
    let (manifest, left_out) =
        manifest::of_lesson(&text, package).map_err(|error| broken(error.to_string()))?;
    let mut files = Files::from([("Cargo.toml".into(), manifest.into())]);
    for part in PARTS.map(Path::new) {
        let collected = collect(&lesson.folder, part, &left_out, &mut files);
        files::cannot("copy", &lesson.folder.join(part), collected)?;
    }
    for one in course::of_lesson(lesson) {
        let content = files.entry(one.exercise.file.clone()).or_default();
        let file = one.reference();
        let text = with_todos(&one, &file, &String::from_utf8_lossy(content)).map_err(broken)?;
        *content = text.into();
    }
    Ok(files)
}

/// The sources in a lesson's folder. What cannot be read is left out.
pub fn sources(folder: &Path) -> Files {
    let mut files = Files::new();
    for part in PARTS {
        let _ = collect(folder, Path::new(part), &[], &mut files);
    }
    files
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

/// The text of `file` with `todo!` in each function that the exercise asks for.
pub fn with_todos(one: &ExerciseRef, file: &Path, text: &str) -> Result<String, String> {
    edit(one, file, text, |function, _, text| {
        Ok(function.with_todo(text, &one.exercise.task))
    })
}

/// The text of `file` with the bodies that the functions have in the lesson's file.
pub fn with_solution(
    one: &ExerciseRef,
    file: &Path,
    text: &str,
    reference: &str,
) -> Result<String, String> {
    edit(one, file, text, |function, name, text| {
        let solution = source::find(reference, name, &one.reference())?;
        Ok(function.with_body(text, solution.body(reference)))
    })
}

fn edit(
    one: &ExerciseRef,
    file: &Path,
    text: &str,
    edit: impl Fn(Function, &str, &str) -> Result<String, String>,
) -> Result<String, String> {
    let mut functions = one.exercise.functions.iter();
    functions.try_fold(text.to_owned(), |text, name| {
        edit(source::find(&text, name, file)?, name, &text)
    })
}
