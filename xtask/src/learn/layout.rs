//! The files of a lesson in the practice folder: those of the lesson, with `todo!` as the body of each
//! function that an exercise asks for, or that the lesson's page writes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::course::{self, ExerciseRef};
use super::{manifest, source};
use crate::failure::Failure;
use crate::files;
use crate::lessons::Lesson;
use crate::markdown::{self, Fence, Part};

/// Contents by path, from the lesson's folder.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// What is copied besides the manifest. Benches and misconceptions are not.
const PARTS: [&str; 4] = ["README.md", "src", "tests", "examples"];

/// All files of the lesson, as a learner finds them at the start of the exercises or of the page.
pub fn files(lesson: &Lesson, package: &str, page: bool) -> Result<Files, Failure> {
    let original = files::read(&lesson.folder.join("Cargo.toml"))?;
    let (manifest, left_out) = manifest::of_lesson(&original, package)?;
    let mut files = Files::from([("Cargo.toml".into(), manifest.into())]);
    for part in PARTS.map(Path::new) {
        let collected = collect(&lesson.folder, part, &left_out, &mut files);
        files::cannot("copy", &lesson.folder.join(part), collected)?;
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
        let Part::Fence(Fence {
            tag, file, content, ..
        }) = part
        else {
            continue;
        };
        let Some(file) = file.filter(|_| tag == "rs").map(PathBuf::from) else {
            continue;
        };
        let shown = source::functions(&page[content], Path::new("README.md"))?;
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

/// Reads the file or folder at this path from `from`.
pub fn collect(from: &Path, path: &Path, skip: &[PathBuf], files: &mut Files) -> io::Result<()> {
    let source = from.join(path);
    if source.is_dir() && !skip.iter().any(|one| one == path) {
        for entry in fs::read_dir(&source)? {
            collect(from, &path.join(entry?.file_name()), skip, files)?;
        }
    } else if source.is_file() {
        files.insert(path.into(), fs::read(&source)?);
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
