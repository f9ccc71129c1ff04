//! The files of a lesson in the practice folder: those of the lesson, with `todo!` as the body of each
//! function that an exercise asks for, or that the lesson's page writes.

use std::path::{Path, PathBuf};

use super::course::{self, ExerciseRef};
use super::{practice, source};
use crate::failure::Failure;
use crate::files::{self, Files};
use crate::lessons::Lesson;
use crate::markdown::{self, Part};

/// What is copied besides the manifest. Benches and misconceptions are not.
const PARTS: [&str; 4] = ["README.md", "src", "tests", "examples"];

/// All files of the lesson, as a learner finds them at the start of the exercises or of the page.
pub fn files(lesson: &Lesson, package: &str, page: bool) -> Result<Files, Failure> {
    let original = files::read(&lesson.folder.join("Cargo.toml"))?;
    let (manifest, left_out) = practice::lesson_manifest(&original, package)?;
    let mut files = Files::from([("Cargo.toml".into(), manifest.into())]);
    for part in PARTS.map(Path::new) {
        files::collect(&lesson.folder, part, &left_out, &mut files)?;
    }
    if page {
        remove_functions_of_page(&mut files)?;
        return Ok(files);
    }
    for one in course::of_lesson(lesson) {
        let file = &one.exercise.file;
        let with_todo = with_bodies(&one, &one.reference(), &text(&files, file), None)?;
        files.insert(file.clone(), with_todo.into());
    }
    Ok(files)
}

/// Empty if there is no such file.
pub fn text(files: &Files, file: &Path) -> String {
    let content = files.get(file).map(Vec::as_slice);
    String::from_utf8_lossy(content.unwrap_or_default()).into()
}

/// Removes the bodies of the functions in the page's blocks of the form "```rs src/lib.rs".
fn remove_functions_of_page(files: &mut Files) -> Result<(), Failure> {
    let page = text(files, Path::new("README.md"));
    for part in markdown::parts(&page) {
        let Part::Fence(fence) = part else { continue };
        let (true, Some(file)) = (fence.tag == "rs", fence.file) else {
            continue;
        };
        let (block, file) = (&page[fence.content], PathBuf::from(file));
        let shown = source::functions(block, Path::new("README.md"))?;
        let mut text = text(files, &file);
        // The last first, so that the others stay where they are.
        for function in source::functions(&text, &file)?.iter().rev() {
            let is_shown = shown.iter().any(|shown| shown.name == function.name);
            if is_shown && !function.is_fixed {
                text = function.with_todo(&text, "");
            }
        }
        files.insert(file, text.into());
    }
    Ok(())
}

/// The text of `file` with other bodies in the functions that the exercise asks for: those in this text
/// of the lesson's file, or else `todo!`.
pub fn with_bodies(
    one: &ExerciseRef,
    file: &Path,
    text: &str,
    reference: Option<&str>,
) -> Result<String, Failure> {
    let mut text = text.to_owned();
    for name in &one.exercise.functions {
        let function = source::find(&text, name, file)?;
        text = match reference {
            None => function.with_todo(&text, &one.exercise.task),
            Some(reference) => {
                let solution = source::find(reference, name, &one.reference())?;
                function.with_body(&text, solution.body(reference))
            }
        };
    }
    Ok(text)
}
