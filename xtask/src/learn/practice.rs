//! The practice folder: a workspace of its own, with the lessons that have been laid out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::course::Place;
use super::{files, layout, manifest};
use crate::failure::Failure;
use crate::lessons::{self, Lesson, Workspace};

pub struct Practice<'a> {
    pub workspace: &'a Workspace,
    /// In the workspace's root.
    name: String,
    pub folder: PathBuf,
}

/// What came of laying a lesson out.
#[derive(Debug, PartialEq)]
pub enum LaidOut {
    New,
    /// It was there. These of its files were missing, and are back.
    Completed(Vec<PathBuf>),
}

/// Every practice folder's name begins with it: git and the copies of the workspace leave it out.
pub const NAME: &str = "practice";

impl<'a> Practice<'a> {
    pub fn new(workspace: &'a Workspace, name: &str) -> Result<Self, Failure> {
        let is_plain = name
            .chars()
            .all(|mark| mark.is_ascii_alphanumeric() || mark == '-');
        if !name.starts_with(NAME) || !is_plain {
            return Err(Failure::usage(format!(
                "`{name}` cannot be a practice folder: its name begins with `{NAME}`, and has nothing \
                 but letters, digits and `-` in it"
            )));
        }
        Ok(Self {
            workspace,
            name: name.into(),
            folder: workspace.root.join(name),
        })
    }

    /// A lesson's name as a package. With the folder's name in it, no two folders build into the same
    /// files.
    pub fn package(&self, lesson: &Lesson) -> String {
        format!("{}-{}", self.name, lesson.name)
    }

    pub fn lesson_folder(&self, lesson: &Lesson) -> PathBuf {
        self.folder.join(&lesson.name)
    }

    /// The file in which the learner writes.
    pub fn file(&self, place: &Place) -> PathBuf {
        self.lesson_folder(place.lesson).join(&place.exercise.file)
    }

    /// A path in the workspace, as it is shown.
    pub fn shown<'p>(&self, path: &'p Path) -> std::path::Display<'p> {
        path.strip_prefix(&self.workspace.root)
            .unwrap_or(path)
            .display()
    }

    /// Cargo, in the practice folder.
    pub fn cargo(&self) -> Command {
        let mut command = lessons::cargo();
        command.current_dir(&self.folder);
        command
    }

    pub fn is_laid_out(&self, lesson: &Lesson) -> bool {
        self.lesson_folder(lesson).exists()
    }

    /// Lays a lesson out. What is there already stays as it is, and what is missing is put back.
    pub fn lay_out(&self, lesson: &Lesson) -> Result<LaidOut, Failure> {
        let is_new = !self.is_laid_out(lesson);
        self.lay_out_workspace(is_new)?;
        let folder = self.lesson_folder(lesson);
        let mut put_back = Vec::new();
        for file in layout::files(lesson, &self.package(lesson))? {
            let path = folder.join(&file.path);
            if !path.exists() {
                files::write(&path, &file.content)?;
                put_back.push(path);
            }
        }
        self.settle_members()?;
        Ok(if is_new {
            LaidOut::New
        } else {
            LaidOut::Completed(put_back)
        })
    }

    fn lay_out_workspace(&self, with_lock: bool) -> Result<(), Failure> {
        let root = &self.workspace.root;
        let manifest = self.folder.join("Cargo.toml");
        if !manifest.exists() {
            let text = files::read(&root.join("Cargo.toml"))?;
            let text = manifest::of_practice(&text).map_err(|error| {
                Failure::failed(format!(
                    "the workspace's Cargo.toml cannot be read: {error}"
                ))
            })?;
            files::write(&manifest, text)?;
        }
        // Each lesson begins from the workspace's versions: cargo forgets those that no lesson here
        // has asked for so far.
        let (lock, theirs) = (self.folder.join("Cargo.lock"), root.join("Cargo.lock"));
        if (with_lock || !lock.exists()) && theirs.exists() {
            files::write(&lock, files::read(&theirs)?)?;
        }
        files::write(&self.folder.join(".cargo/config.toml"), self.config())
    }

    /// The workspace's target folder, and the workspace's commands.
    fn config(&self) -> String {
        let quoted =
            |path: &Path| toml_edit::Value::from(path.to_string_lossy().as_ref()).to_string();
        let target = quoted(&self.workspace.target);
        let config = format!(
            "# Made by `cargo xtask learn`, and made anew by each start.\n[build]\ntarget-dir = {target}\n"
        );
        let xtask = self.workspace.root.join("xtask/Cargo.toml");
        // Cargo parts an alias at each blank.
        if xtask.exists() && !xtask.to_string_lossy().contains(char::is_whitespace) {
            let alias = format!("run --manifest-path {} --", xtask.display());
            let alias = quoted(Path::new(&alias));
            config + &format!("\n[alias]\nxtask = {alias}\n")
        } else {
            config
        }
    }

    /// The members of the practice workspace are the lessons that are there: one that was deleted must
    /// not keep the others from being built.
    fn settle_members(&self) -> Result<(), Failure> {
        let path = self.folder.join("Cargo.toml");
        let text = files::read(&path)?;
        let lessons = self.workspace.lessons.iter();
        let members = lessons.filter(|lesson| self.is_laid_out(lesson));
        let members = members.map(|lesson| lesson.name.as_str());
        let settled = manifest::with_members(&text, members)
            .map_err(|error| Failure::failed(format!("{}: {error}", self.shown(&path))))?;
        if settled == text {
            return Ok(());
        }
        files::write(&path, settled)
    }

    /// Makes sure that everything is there which the lesson's build needs.
    pub fn must_be_whole(&self, lesson: &Lesson) -> Result<(), Failure> {
        let number = lesson.number;
        let folder = self.lesson_folder(lesson);
        if !folder.exists() {
            return Err(Failure::usage(format!(
                "lesson {number} is not laid out: there is no {}. \
                 `cargo xtask learn start {number}` lays it out",
                self.shown(&folder)
            )));
        }
        let workspace = ["Cargo.toml", ".cargo/config.toml"].map(|file| self.folder.join(file));
        let lessons = self.workspace.lessons.iter();
        let manifests = lessons
            .filter(|lesson| self.is_laid_out(lesson))
            .map(|lesson| (lesson, self.lesson_folder(lesson).join("Cargo.toml")));
        let sources = layout::files(lesson, &self.package(lesson))?;
        let sources = sources.iter().map(|file| folder.join(&file.path));
        let needed = workspace.into_iter().chain(sources);
        let needed = needed.map(|file| (lesson, file)).chain(manifests);
        for (lesson, file) in needed {
            if fs::metadata(&file).is_err() {
                return Err(Failure::usage(format!(
                    "{} is missing. `cargo xtask learn start {}` puts back what is missing, and \
                     leaves what is there as it is",
                    self.shown(&file),
                    lesson.number
                )));
            }
        }
        self.settle_members()
    }
}
