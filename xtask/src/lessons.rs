//! The lessons, as their own manifests describe them, read by `cargo metadata`.
//!
//! Not by the crate `cargo_metadata`: it builds serde with its derive, and then every lesson's test
//! would build serde a second time.

use std::env;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

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

impl Workspace {
    /// The workspace that contains the current folder. From a practice folder, this is the lessons'
    /// workspace, not the practice workspace.
    pub fn find() -> Result<Self, Failure> {
        let mut metadata = metadata(Path::new("."))?;
        if metadata["metadata"]["practice"] == true {
            let practice = Path::new(text(&metadata["workspace_root"]));
            metadata = self::metadata(&practice.join(".."))?;
        }
        Self::read(&metadata)
    }

    fn read(metadata: &Value) -> Result<Self, Failure> {
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let lessons = packages.filter(|package| !package["metadata"]["lesson"].is_null());
        let lessons = lessons.map(Lesson::read).collect::<Result<_, _>>();
        let mut lessons: Vec<_> = lessons.map_err(Failure::usage)?;
        lessons.sort_by_key(|lesson| lesson.number);
        let mut pairs = lessons.windows(2);
        if let Some([one, other]) = pairs.find(|pair| pair[0].number == pair[1].number) {
            let (number, one, other) = (one.number, &one.name, &other.name);
            let error = format!("two lessons have the number {number}: {one} and {other}");
            return Err(Failure::usage(error));
        }
        Ok(Self {
            root: text(&metadata["workspace_root"]).into(),
            target: text(&metadata["target_directory"]).into(),
            lessons,
        })
    }

    /// The lesson of this number.
    pub fn lesson(&self, number: u32) -> Result<&Lesson, Failure> {
        let found = self.lessons.iter().find(|lesson| lesson.number == number);
        found.ok_or_else(|| {
            let known = self.lessons.iter().map(|lesson| lesson.number.to_string());
            let known = known.collect::<Vec<_>>().join(", ");
            Failure::usage(format!(
                "there is no lesson {number}: the lessons are {known}"
            ))
        })
    }

    /// The selected lessons. Both ends of a range must exist.
    pub fn select(&self, Selection(ranges): &Selection) -> Result<Vec<&Lesson>, Failure> {
        for range in ranges {
            self.lesson(*range.start())?;
            self.lesson(*range.end())?;
        }
        let is_in = |number| ranges.iter().any(|range| range.contains(&number));
        let lessons = self.lessons.iter();
        Ok(lessons
            .filter(|lesson| ranges.is_empty() || is_in(lesson.number))
            .collect())
    }

    /// The width of a column of names with the heading `Name`.
    pub fn name_width(&self) -> usize {
        let widths = self.lessons.iter().map(|lesson| lesson.name.len());
        widths.fold("Name".len(), usize::max)
    }

    pub fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }

    /// Builds and runs an example. Add its arguments.
    pub fn example(&self, package: &str, example: &str) -> Command {
        let mut command = self.cargo();
        command.args(["run", "-q", "-p", package, "--example", example, "--"]);
        command
    }
}

fn metadata(folder: &Path) -> Result<Value, Failure> {
    let mut cargo = cargo();
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
    let output = cargo.current_dir(folder).output();
    let output = output.map_err(|error| Failure::failed(format!("cannot run cargo: {error}")))?;
    serde_json::from_slice(&output.stdout).map_err(|_| {
        let message = String::from_utf8_lossy(&output.stderr);
        let message = message.trim_end();
        Failure::usage(format!("cargo cannot read the workspace:\n{message}"))
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

impl Lesson {
    /// The lesson that this package of `cargo metadata` is.
    fn read(package: &Value) -> Result<Self, String> {
        let name = text(&package["name"]);
        let mut lesson = Self::deserialize(&package["metadata"]["lesson"])
            .map_err(|error| format!("{name}: [package.metadata.lesson]: {error}"))?;
        name.clone_into(&mut lesson.name);
        lesson.folder = Path::new(text(&package["manifest_path"])).with_file_name("");
        let demo = lesson.demo();
        let mut targets = package["targets"].as_array().into_iter().flatten();
        let is_demo = |target: &Value| target["name"] == demo && target["kind"][0] == "example";
        if !targets.any(is_demo) {
            return Err(format!("{name}: there is no example `{demo}`"));
        }
        Ok(lesson)
    }

    /// The name of the example that is its demonstration.
    pub fn demo(&self) -> String {
        format!("demo{}", self.number)
    }
}

/// Which lessons a command is for: `3`, `2-4`, `1,5`, and any of these together. Without a range, all.
#[derive(Clone, Debug)]
pub struct Selection(Vec<RangeInclusive<u32>>);

impl FromStr for Selection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self(Vec::new()));
        }
        let ranges = text.split(',').map(range);
        ranges.collect::<Result<_, _>>().map(Self)
    }
}

fn range(text: &str) -> Result<RangeInclusive<u32>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    if first > last {
        return Err(format!("the range {first}-{last} must be {last}-{first}"));
    }
    Ok(first..=last)
}

fn number(text: &str) -> Result<u32, String> {
    let text = text.trim();
    // `parse` alone would accept `+3` too.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{text}` is not a lesson's number"));
    }
    text.parse()
        .map_err(|_| format!("the number {text} is too large"))
}
