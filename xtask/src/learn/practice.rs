//! The practice folder: a workspace of its own, with copies of the lessons that were started.

use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, value};

use super::course::ExerciseRef;
use super::layout;
use super::progress::Progress;
use super::session::Session;
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
        let members = members.map(|lesson| lesson.name.as_str()).collect();
        let root = files::read(&self.course.root.join("Cargo.toml"))?;
        let manifest = workspace_manifest(&root, members)?;

        let quoted = |text: String| toml_edit::Value::from(text).to_string();
        let alias = |xtask: &Path| {
            let alias = quoted(format!("run --manifest-path {} --", xtask.display()));
            format!("[alias]\nxtask = {alias}\n")
        };
        let mut xtask = self.course.root.join("xtask/Cargo.toml");
        // Cargo splits an alias at blanks, and does not merge a list with the workspace's own alias.
        // Relative paths work in the practice folder itself and in the folders of the lessons.
        if xtask.to_string_lossy().contains(char::is_whitespace) {
            xtask = "../xtask/Cargo.toml".into();
            for lesson in self.course.lessons.iter().filter(has_manifest) {
                let config = self.lesson_folder(lesson).join(".cargo/config.toml");
                files::write(&config, alias(&Path::new("..").join(&xtask)))?;
            }
        }
        let target = quoted(self.course.target.display().to_string());
        let config = format!("[build]\ntarget-dir = {target}\n\n{}", alias(&xtask));
        files::write(&self.folder.join("Cargo.toml"), manifest)?;
        files::write(&self.folder.join(".cargo/config.toml"), config)
    }
}

/// The manifest of the practice workspace: the dependencies, profiles and edition of the lessons'
/// workspace, and other members.
fn workspace_manifest(root: &str, members: Array) -> Result<String, Failure> {
    let mut manifest = parse(root)?;
    let workspace = &mut manifest["workspace"];
    workspace["members"] = value(members);
    // `cargo xtask` recognizes a practice workspace by this.
    workspace["metadata"]["practice"] = value(true);
    // A function that is not written yet uses none of its arguments, imports and helpers.
    workspace["lints"] = toml_edit::table();
    workspace["lints"]["rust"]["unsafe_code"] = value("forbid");
    workspace["lints"]["rust"]["unused"] = value("allow");
    // Earlier lessons come from the lessons' workspace: there they are complete.
    if let Some(dependencies) = workspace["dependencies"].as_table_like_mut() {
        for (_, dependency) in dependencies.iter_mut() {
            let table = dependency.as_table_like_mut();
            if let Some(path) = table.and_then(|table| table.get_mut("path")) {
                *path = value(format!("../{}", path.as_str().unwrap_or_default()));
            }
        }
    }
    Ok(manifest.to_string())
}

/// The manifest of a lesson in the practice folder, as `package`, and what it leaves out: the
/// lesson's programs and their tests, which would be built with every check.
///
/// The library keeps its name, so that its users compile unchanged. The package gets another name,
/// because cargo names its output after the package, and both build into one target folder.
pub fn lesson_manifest(lesson: &str, package: &str) -> Result<(String, Vec<PathBuf>), Failure> {
    let mut manifest = parse(lesson)?;
    let library = manifest["package"]["name"].as_str().unwrap_or_default();
    let library = library.replace('-', "_");
    manifest["package"]["name"] = value(package);
    manifest.entry("lib").or_insert(toml_edit::table())["name"] = value(library);
    if let Some(package) = manifest["package"].as_table_like_mut() {
        // It has the hints.
        package.remove("metadata");
    }
    manifest.remove("bench");
    let mut left_out = vec!["src/bin".into()];
    if let Some(Item::ArrayOfTables(programs)) = manifest.remove("bin") {
        let programs = programs.iter();
        let names = programs.filter_map(|program| program["name"].as_str());
        left_out.extend(names.map(|name| Path::new("tests").join(name)));
    }
    Ok((manifest.to_string(), left_out))
}

fn parse(manifest: &str) -> Result<DocumentMut, Failure> {
    let manifest = manifest.parse();
    manifest.map_err(|error| Failure::failed(format!("cannot parse Cargo.toml: {error}")))
}
