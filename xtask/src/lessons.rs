//! The lessons, as their own manifests describe them, read by `cargo metadata`.
//!
//! Not by the crate `cargo_metadata`: it builds serde with its derive, and then every lesson's test
//! would build serde a second time.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_derive::Deserialize;
use serde_json::Value;

use crate::failure::Failure;

#[derive(Debug)]
pub struct Workspace {
    pub root: PathBuf,
    pub target: PathBuf,
    /// In the order of their numbers.
    pub lessons: Vec<Lesson>,
}

/// The table `[package.metadata.lesson]` of a package.
#[derive(Debug, Default, Deserialize)]
pub struct Lesson {
    /// Of the package.
    #[serde(skip)]
    pub name: String,
    #[serde(skip)]
    pub folder: PathBuf,
    pub number: u32,
    pub title: String,
    pub minutes: u32,
    pub headline: String,
    /// In the order of the course.
    #[serde(default, rename = "exercise")]
    pub exercises: Vec<Exercise>,
    #[serde(default, rename = "question")]
    pub questions: Vec<Question>,
}

/// Functions that the learner writes: `[[package.metadata.lesson.exercise]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    /// It never changes: a learner's progress is kept under it.
    pub name: String,
    pub minutes: u32,
    /// From the lesson's folder.
    pub file: PathBuf,
    /// The functions whose bodies are removed: `function` or `Type::method`.
    pub functions: Vec<String>,
    /// What to write. The removed body becomes a `todo!` with this text.
    pub task: String,
    /// From a first idea to nearly the whole solution.
    pub hints: Vec<String>,
    /// The test program that has the tests: `fetch` for `tests/fetch.rs`.
    pub program: String,
    /// The tests that fail until the exercise is done, with their modules.
    pub tests: Vec<String>,
}

/// What a learner predicts: `[[package.metadata.lesson.question]]`. The answer is computed.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Question {
    /// About what jobs do, as `cargo xtask timeline --job` takes them.
    Jobs {
        jobs: Vec<String>,
        /// `gather`, `collect` or `taskgroup`
        mode: String,
        field: Field,
    },
    /// About what the demonstration prints.
    Demo {
        ask: String,
        /// A line of the output, with `___` in place of the answer.
        line: String,
    },
}

/// The part of a timeline that a question asks for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// When the caller gets its result.
    Caller,
    Completed,
    Cancelled,
    /// The jobs that end after the caller has its result.
    Orphans,
}

/// The cargo that started this program.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // These describe the package xtask. Build scripts that look at them, as that of ring does, would
    // run again for each build with and without xtask.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command
}

/// The width of a column of names with the heading `Name`.
pub fn name_width<'a>(lessons: impl IntoIterator<Item = &'a Lesson>) -> usize {
    let widths = lessons.into_iter().map(|lesson| lesson.name.len());
    widths.fold("Name".len(), usize::max)
}

impl Workspace {
    /// The workspace that contains the current folder. From a practice folder, this is the lessons'
    /// workspace, not the practice workspace.
    pub fn find() -> Result<Self, Failure> {
        let (workspace, is_practice) = Self::containing(Path::new("."))?;
        match workspace.root.parent() {
            Some(parent) if is_practice => Ok(Self::containing(parent)?.0),
            _ => Ok(workspace),
        }
    }

    /// The workspace that contains `folder`, and whether it is a practice workspace.
    fn containing(folder: &Path) -> Result<(Self, bool), Failure> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(folder)
            .output()
            .map_err(|error| Failure::failed(format!("cannot run cargo: {error}")))?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::usage(format!(
                "cargo cannot read the workspace:\n{}",
                message.trim_end()
            )));
        }
        Self::read(&output.stdout).map_err(Failure::usage)
    }

    fn read(metadata: &[u8]) -> Result<(Self, bool), String> {
        let metadata: Metadata = serde_json::from_slice(metadata)
            .map_err(|error| format!("the output of cargo metadata: {error}"))?;
        let is_practice = metadata.of_workspace["practice"] == true;
        let lessons = metadata.packages.iter().filter_map(Package::lesson);
        let mut lessons = lessons.collect::<Result<Vec<_>, _>>()?;
        lessons.sort_by_key(|lesson| lesson.number);
        let mut pairs = lessons.windows(2);
        if let Some([one, other]) = pairs.find(|pair| pair[0].number == pair[1].number) {
            let (number, one, other) = (one.number, &one.name, &other.name);
            return Err(format!(
                "two lessons have the number {number}: {one} and {other}"
            ));
        }
        let workspace = Self {
            root: metadata.workspace_root,
            target: metadata.target_directory,
            lessons,
        };
        Ok((workspace, is_practice))
    }

    pub fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }
}

impl Lesson {
    /// The name of the example that is its demonstration.
    pub fn demo(&self) -> String {
        format!("demo{}", self.number)
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    /// `[workspace.metadata]`
    #[serde(default, rename = "metadata")]
    of_workspace: Value,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    metadata: Value,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

impl Package {
    /// The lesson that this package is, or none if its manifest has no such table.
    fn lesson(&self) -> Option<Result<Lesson, String>> {
        let table = self.metadata.get("lesson")?;
        Some(
            self.read(table)
                .map_err(|error| format!("{}: {error}", self.name)),
        )
    }

    fn read(&self, table: &Value) -> Result<Lesson, String> {
        let mut lesson = Lesson::deserialize(table)
            .map_err(|error| format!("[package.metadata.lesson]: {error}"))?;
        lesson.name.clone_from(&self.name);
        lesson.folder = self.manifest_path.with_file_name("");
        let demo = lesson.demo();
        let is_demo = |target: &Target| {
            target.name == demo && target.kind.iter().any(|kind| kind == "example")
        };
        let has_demo = self.targets.iter().any(is_demo);
        has_demo
            .then_some(lesson)
            .ok_or(format!("there is no example `{demo}`"))
    }
}
