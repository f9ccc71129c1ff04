//! What a lesson's folder holds in the practice folder: the lesson, without what is to be written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::course::{self, Place};
use super::manifest;
use super::source::{self, NotFound};
use crate::failure::Failure;
use crate::lessons::Lesson;

pub struct File {
    /// From the lesson's folder.
    pub path: PathBuf,
    pub content: Vec<u8>,
}

/// What of a lesson is laid out, besides its manifest. Not its benches, nor the pages that tell how
/// not to do it.
const PARTS: [&str; 4] = ["README.md", "src", "tests", "examples"];

/// Every file of the lesson in the practice folder, as it is at the start.
pub fn files(lesson: &Lesson, package: &str) -> Result<Vec<File>, Failure> {
    let broken = |error: &dyn std::error::Error| {
        let words = format!("{}: cannot be laid out: {error}", lesson.name);
        Failure::failed(words)
    };
    let text = fs::read_to_string(lesson.folder.join("Cargo.toml")).map_err(|e| broken(&e))?;
    let manifest = manifest::of_lesson(&text, package).map_err(|e| broken(&e))?;
    let mut files = vec![File {
        path: "Cargo.toml".into(),
        content: manifest.text.into(),
    }];
    for part in PARTS {
        collect(lesson, Path::new(part), &manifest.left_out, &mut files).map_err(|e| broken(&e))?;
    }
    for file in &mut files {
        stub_all(lesson, file)?;
    }
    Ok(files)
}

fn collect(
    lesson: &Lesson,
    path: &Path,
    left_out: &[PathBuf],
    files: &mut Vec<File>,
) -> io::Result<()> {
    let source = lesson.folder.join(path);
    if left_out.iter().any(|left_out| left_out == path) || !source.exists() {
        return Ok(());
    }
    if !source.is_dir() {
        let content = fs::read(&source)?;
        let path = path.into();
        files.push(File { path, content });
        return Ok(());
    }
    for entry in fs::read_dir(&source)? {
        collect(lesson, &path.join(entry?.file_name()), left_out, files)?;
    }
    Ok(())
}

/// Takes out of the file what the exercises ask for.
fn stub_all(lesson: &Lesson, file: &mut File) -> Result<(), Failure> {
    for place in course::of_lesson(lesson) {
        if place.exercise.file == file.path {
            let text = String::from_utf8_lossy(&file.content);
            file.content = stubbed(&place, &text)
                .map_err(|words| Failure::failed(format!("{}: {words}", place.name())))?
                .into();
        }
    }
    Ok(())
}

/// The text with `todo!` in the place of each function that the exercise asks for.
pub fn stubbed(place: &Place, text: &str) -> Result<String, String> {
    let exercise = place.exercise;
    let mut text = text.to_owned();
    for name in &exercise.functions {
        let function = find(&text, name, &exercise.file)?;
        text = function.with_body(&text, &function.stub(&text, &exercise.task));
    }
    Ok(text)
}

/// The text with the bodies that the lesson has in `reference`.
pub fn solved(place: &Place, text: &str, reference: &str) -> Result<String, String> {
    let exercise = place.exercise;
    let mut text = text.to_owned();
    for name in &exercise.functions {
        let theirs = find(reference, name, &exercise.file)?;
        let ours = find(&text, name, &exercise.file)?;
        text = ours.with_body(&text, &reference[theirs.body]);
    }
    Ok(text)
}

/// The function, or in words why it is not found in this file.
pub fn find(text: &str, name: &str, file: &Path) -> Result<source::Function, String> {
    source::find(text, name).map_err(|error| match error {
        NotFound::NoSuchFunction => format!("there is no `{name}` in {}", file.display()),
        NotFound::NotRust { line, words } => {
            format!("{}:{line} is no Rust: {words}", file.display())
        }
    })
}
