//! The practice folder: a workspace of its own, with copies of the lessons that were started.

use std::fs;
use std::path::PathBuf;

use super::course::ExerciseRef;
use super::progress::Progress;
use super::session::Session;
use super::{layout, manifest};
use crate::failure::Failure;
use crate::files;
use crate::lessons::{Lesson, Workspace};

/// The beginning of the name of every practice folder. Git ignores such folders.
pub const NAME: &str = "practice";

impl<'a> Session<'a> {
    pub fn new(course: &'a Workspace, name: &str) -> Result<Self, Failure> {
        let is_plain = |one: char| one.is_ascii_alphanumeric() || one == '-';
        if !name.starts_with(NAME) || !name.chars().all(is_plain) {
            return Err(Failure::usage(format!(
                "the practice folder must be `{NAME}` with letters, digits and `-`, not `{name}`"
            )));
        }
        let folder = course.root.join(name);
        let progress = Progress::read(&folder)?;
        Ok(Self {
            course,
            folder,
            progress,
        })
    }

    /// The lesson's name as a package. It begins with the name of the folder, because all practice
    /// folders build into one target folder.
    pub fn package(&self, lesson: &Lesson) -> String {
        let folder = self.folder.file_name().unwrap_or_default();
        format!("{}-{}", folder.to_string_lossy(), lesson.name)
    }

    pub fn lesson_folder(&self, lesson: &Lesson) -> PathBuf {
        self.folder.join(&lesson.name)
    }

    /// The file that the learner edits.
    pub fn file(&self, one: &ExerciseRef) -> PathBuf {
        self.lesson_folder(one.lesson).join(&one.exercise.file)
    }

    /// Copies what is missing of the lesson, for its exercises or for its page. The learner's files stay
    /// as they are.
    pub fn copy(&self, lesson: &Lesson, page: bool) -> Result<(), Failure> {
        // A new lesson begins with the workspace's versions: cargo removes those from the lock file
        // that no lesson here needs yet.
        let original = self.course.root.join("Cargo.lock");
        let (lock, folder) = (self.folder.join("Cargo.lock"), self.lesson_folder(lesson));
        if original.exists() && !(folder.exists() && lock.exists()) {
            files::write(&lock, files::read(&original)?)?;
        }
        let files = layout::files(lesson, &self.package(lesson), page)?;
        let is_old = files.iter().any(|(path, content)| {
            let copy = fs::read(folder.join(path));
            path.starts_with("tests") && copy.is_ok_and(|copy| copy != *content)
        });
        // The lesson was updated since. A new file of the lesson may not fit to an old copy.
        let is_missing = |path: &PathBuf| !is_old && !folder.join(path).exists();
        for (path, content) in files.into_iter().filter(|(path, _)| is_missing(path)) {
            files::write(&folder.join(path), content)?;
        }
        self.write_workspace()
    }

    /// Writes the manifest, whose members are the lessons that are there, and the configuration.
    fn write_workspace(&self) -> Result<(), Failure> {
        let has_manifest = |one: &&Lesson| self.lesson_folder(one).join("Cargo.toml").exists();
        let members = self.course.lessons.iter().filter(has_manifest);
        let members = members.map(|lesson| lesson.name.as_str());
        let root = files::read(&self.course.root.join("Cargo.toml"))?;
        let manifest = manifest::of_practice(&root, members)?;

        let quoted = |text: String| toml_edit::Value::from(text).to_string();
        let mut xtask = self.course.root.join("xtask/Cargo.toml");
        // Cargo splits an alias at blanks, and does not merge a list with the workspace's own alias. The
        // relative path works in the practice folder itself.
        if xtask.to_string_lossy().contains(char::is_whitespace) {
            xtask = "../xtask/Cargo.toml".into();
        }
        let target = quoted(self.course.target.display().to_string());
        let alias = quoted(format!("run --manifest-path {} --", xtask.display()));
        let config = format!("[build]\ntarget-dir = {target}\n\n[alias]\nxtask = {alias}\n");
        files::write(&self.folder.join("Cargo.toml"), manifest)?;
        files::write(&self.folder.join(".cargo/config.toml"), config)
    }
}
