//! The lessons, as their own manifests describe them. A new lesson needs no line here.

use std::collections::BTreeMap;
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

#[derive(Debug, Default)]
pub struct Lesson {
    pub number: u32,
    pub name: String,
    pub title: String,
    pub minutes: u32,
    pub headline: String,
    pub folder: PathBuf,
    /// The crates that it is made of, without those of its tests.
    pub dependencies: Vec<String>,
    /// In the order in which they are done.
    pub exercises: Vec<Exercise>,
    pub questions: Vec<Question>,
}

/// Something that the learner writes: `[[package.metadata.lesson.exercise]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    /// It never changes: a learner's progress is kept under it.
    pub name: String,
    pub minutes: u32,
    /// From the lesson's folder.
    pub file: PathBuf,
    /// Those in the file whose bodies are taken out: `function` or `Type::method`.
    pub functions: Vec<String>,
    /// What to write. It stands in the `todo!` in the body's place.
    pub task: String,
    /// From a nudge to nearly there.
    pub hints: Vec<String>,
    /// The test program to which the tests belong: `fetch` for `tests/fetch.rs`.
    pub program: String,
    /// Those that fail until the exercise is done, with their modules.
    pub tests: Vec<String>,
}

/// A table `[[package.metadata.lesson.question]]`: what a learner predicts. The answer is not in it.
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
        /// A line of it, with `___` in the place of the answer.
        line: String,
    },
}

/// What of a timeline is asked for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// When the caller has its answer.
    Caller,
    Completed,
    Cancelled,
    /// The jobs that end when the caller has its answer already.
    Orphans,
}

/// Cargo, as the one who started us meant it.
pub fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The width of the longest name, for a column of names.
pub fn name_width<'a>(lessons: impl IntoIterator<Item = &'a Lesson>) -> usize {
    lessons
        .into_iter()
        .map(|lesson| lesson.name.len())
        .max()
        .unwrap_or(0)
}

impl Workspace {
    /// The workspace around the current folder. In a practice folder, it is the one around that.
    pub fn find() -> Result<Self, Failure> {
        let (workspace, is_practice) = Self::around(Path::new("."))?;
        match workspace.root.parent() {
            Some(parent) if is_practice => Ok(Self::around(parent)?.0),
            _ => Ok(workspace),
        }
    }

    /// The workspace around `folder`, and whether it is a practice folder.
    fn around(folder: &Path) -> Result<(Self, bool), Failure> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(folder)
            .output()
            .map_err(|error| Failure::failed(format!("cannot run cargo: {error}")))?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::usage(format!(
                "cargo cannot read the workspace:\n{}",
                words.trim_end()
            )));
        }
        Self::read(&output.stdout).map_err(Failure::usage)
    }

    fn read(metadata: &[u8]) -> Result<(Self, bool), String> {
        let metadata: Metadata = serde_json::from_slice(metadata)
            .map_err(|error| format!("the output of cargo metadata: {error}"))?;
        let is_practice = metadata.of_workspace["practice"] == true;
        let mut lessons = BTreeMap::new();
        for package in &metadata.packages {
            let Some(lesson) = package.lesson()? else {
                continue;
            };
            let number = lesson.number;
            let name = lesson.name.clone();
            if let Some(other) = lessons.insert(number, lesson) {
                return Err(format!(
                    "two lessons have the number {number}: {} and {name}",
                    other.name
                ));
            }
        }
        let workspace = Self {
            root: metadata.workspace_root,
            target: metadata.target_directory,
            lessons: lessons.into_values().collect(),
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
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// None for a normal one, and else `dev` or `build`.
    kind: Option<String>,
    optional: bool,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

/// The table `[package.metadata.lesson]`.
#[derive(Deserialize)]
struct Description {
    number: u32,
    title: String,
    minutes: u32,
    headline: String,
    #[serde(default, rename = "exercise")]
    exercises: Vec<Exercise>,
    #[serde(default, rename = "question")]
    questions: Vec<Question>,
}

impl Package {
    /// The lesson that this package is, or none if its manifest has no such table.
    fn lesson(&self) -> Result<Option<Lesson>, String> {
        let Some(description) = self.metadata.get("lesson") else {
            return Ok(None);
        };
        let description = Description::deserialize(description)
            .map_err(|error| format!("{}: [package.metadata.lesson]: {error}", self.name))?;
        let of_the_library =
            |dependency: &&Dependency| dependency.kind.is_none() && !dependency.optional;
        let dependencies = self.dependencies.iter().filter(of_the_library);
        let lesson = Lesson {
            number: description.number,
            name: self.name.clone(),
            title: description.title,
            minutes: description.minutes,
            headline: description.headline,
            folder: self.manifest_path.with_file_name(""),
            dependencies: dependencies.map(|one| one.name.clone()).collect(),
            exercises: description.exercises,
            questions: description.questions,
        };
        let demo = lesson.demo();
        let is_demo = |target: &Target| {
            target.name == demo && target.kind.iter().any(|kind| kind == "example")
        };
        if self.targets.iter().any(is_demo) {
            Ok(Some(lesson))
        } else {
            Err(format!("{}: there is no example `{demo}`", self.name))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Workspace;

    fn package(name: &str, lesson: &Value, example: &str) -> Value {
        json!({
            "name": name,
            "manifest_path": format!("/workspace/{name}/Cargo.toml"),
            "metadata": { "lesson": lesson },
            "targets": [{ "kind": ["example"], "name": example }],
            "dependencies": [],
        })
    }

    fn numbered(number: u32) -> Value {
        json!({ "number": number, "title": "t", "minutes": 10, "headline": "h" })
    }

    fn read(packages: &[Value]) -> Result<Vec<u32>, String> {
        let metadata = json!({
            "packages": packages,
            "workspace_root": "/workspace",
            "target_directory": "/workspace/target",
        });
        let (workspace, _) = Workspace::read(metadata.to_string().as_bytes())?;
        Ok(workspace
            .lessons
            .iter()
            .map(|lesson| lesson.number)
            .collect())
    }

    #[test]
    fn lessons_come_in_the_order_of_their_numbers() {
        let packages = [
            package("b", &numbered(2), "demo2"),
            package("a", &numbered(1), "demo1"),
        ];
        assert_eq!(read(&packages), Ok(vec![1, 2]));
    }

    #[test]
    fn a_package_without_the_table_is_no_lesson() {
        let mut xtask = package("xtask", &Value::Null, "x");
        xtask["metadata"] = Value::Null;
        assert_eq!(read(&[xtask]), Ok(vec![]));
    }

    #[test]
    fn a_lesson_without_a_number_is_an_error_that_names_it() {
        let packages = [package("a", &json!({ "title": "t" }), "demo1")];
        assert_eq!(
            read(&packages),
            Err("a: [package.metadata.lesson]: missing field `number`".into())
        );
    }

    #[test]
    fn two_lessons_with_one_number_are_an_error_that_names_both() {
        let packages = [
            package("a", &numbered(1), "demo1"),
            package("b", &numbered(1), "demo1"),
        ];
        assert_eq!(
            read(&packages),
            Err("two lessons have the number 1: a and b".into())
        );
    }

    #[test]
    fn a_lesson_without_its_demo_is_an_error_that_names_both() {
        let packages = [package("a", &numbered(1), "demo2")];
        assert_eq!(
            read(&packages),
            Err("a: there is no example `demo1`".into())
        );
    }
}
