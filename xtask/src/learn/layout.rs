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
use crate::markdown::{self, Part};

/// Contents by path, from the lesson's folder.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// What is copied besides the manifest. Benches and misconceptions are not.
const PARTS: [&str; 4] = ["README.md", "src", "tests", "examples"];

/// All files of the lesson, as a learner finds them at the start of the exercises or of the page.
pub fn files(lesson: &Lesson, package: &str, page: bool) -> Result<Files, Failure> {
    let broken = |error| Failure::failed(format!("{}: {error}", lesson.name));
    let text = files::read(&lesson.folder.join("Cargo.toml"))?;
    let (manifest, left_out) =
        manifest::of_lesson(&text, package).map_err(|error| broken(error.to_string()))?;
    let mut files = Files::from([("Cargo.toml".into(), manifest.into())]);
    for part in PARTS.map(Path::new) {
        let collected = collect(&lesson.folder, part, &left_out, &mut files);
        files::cannot("copy", &lesson.folder.join(part), collected)?;
    }
    if page {
        without_functions_of_page(&mut files).map_err(broken)?;
        return Ok(files);
    }
    for one in course::of_lesson(lesson) {
        let content = files.entry(one.exercise.file.clone()).or_default();
        let text = String::from_utf8_lossy(content);
        let text = with_bodies(&one, &one.reference(), &text, None).map_err(broken)?;
        *content = text.into();
    }
    Ok(files)
}

/// Removes the bodies of the functions in the page's blocks of the form "```rs src/lib.rs".
fn without_functions_of_page(files: &mut Files) -> Result<(), String> {
    let page = files.get(Path::new("README.md")).cloned();
    let page = String::from_utf8_lossy(&page.unwrap_or_default()).into_owned();
    for part in markdown::parts(&page) {
        let (file, line, content) = match &part {
            Part::Fence {
                tag,
                file: Some(file),
                line,
                content,
            } if tag == "rs" => (Path::new(file), line, content.clone()),
            _ => continue,
        };
        let shown = source::functions(&page[content], Path::new("README.md"))?;
        let code = files.get_mut(file);
        let code = code.ok_or(format!("README.md:{line}: there is no such file"))?;
        let mut text = String::from_utf8_lossy(code).into_owned();
        // The last first, so that the others stay where they are.
        for function in source::functions(&text, file)?.iter().rev() {
            if shown.iter().any(|shown| function.is_asked_for(shown)) {
                text = function.with_todo(&text, "");
            }
        }
        *code = text.into();
    }
    Ok(())
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

/// The text of `file` with other bodies in the functions that the exercise asks for: those in this text
/// of the lesson's file, or else `todo!`.
pub fn with_bodies(
    one: &ExerciseRef,
    file: &Path,
    text: &str,
    reference: Option<&str>,
) -> Result<String, String> {
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
