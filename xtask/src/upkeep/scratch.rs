//! A copy of the workspace, and the changes that are made in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::files::{self, Files};
use crate::lessons::{self, Workspace};

pub struct Scratch {
    pub root: PathBuf,
    target: PathBuf,
}

impl Scratch {
    /// A file that is the same already keeps its time, so that cargo does not build it again.
    pub fn copy(workspace: &Workspace) -> Result<Self, Failure> {
        let folder = workspace.target.join("scratch");
        let (root, target) = (folder.join("workspace"), folder.join("target"));
        let mut skip = [".git", "practice", "target"].map(PathBuf::from).to_vec();
        let below = workspace.target.strip_prefix(&workspace.root);
        skip.extend(below.map(PathBuf::from));
        let (mut old, mut new) = (Files::new(), Files::new());
        files::collect(&root, Path::new(""), &[], &mut old)?;
        files::collect(&workspace.root, Path::new(""), &skip, &mut new)?;
        for path in old.keys().filter(|path| !new.contains_key(*path)) {
            fs::remove_file(root.join(path))?;
        }
        for (path, content) in new {
            files::write(&root.join(path), content)?;
        }
        Ok(Self { root, target })
    }

    /// Cargo, in the copy. It has a target folder of its own, because cargo would take the files that
    /// it builds here for those of the workspace. Without debug information it builds faster.
    pub fn cargo(&self) -> Command {
        let mut command = lessons::cargo();
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        command
    }

    /// Makes the changes, one after the other, does the work, and takes the changes back. The error is
    /// that of a change that cannot be made.
    pub fn with<T>(&self, changes: &[Change], work: impl FnOnce() -> T) -> Result<T, String> {
        let Some((change, others)) = changes.split_first() else {
            return Ok(work());
        };
        let path = self.root.join(&change.path);
        let failed = |error: io::Error| format!("{}: {error}", change.path.display());
        let text = fs::read_to_string(&path).map_err(failed)?;
        fs::write(&path, change.apply(&text)?).map_err(failed)?;
        let result = self.with(others, work);
        fs::write(&path, text).map_err(failed)?;
        result
    }
}

/// A change that a page shows: the file, the lines to replace, and the new lines.
#[derive(Debug)]
pub struct Change {
    /// From the workspace's root.
    pub path: PathBuf,
    old: String,
    new: String,
}

impl Change {
    /// Reads a `diff` block: the first line is `# path/of/the/file.rs`, the others begin with ` `,
    /// `-`, or `+`. The file must be in the folder `sources`.
    pub fn read(block: &str, sources: &Path) -> Result<Self, String> {
        let lines = block.strip_prefix("# ");
        let (path, lines) = lines
            .and_then(|lines| lines.split_once('\n'))
            .ok_or("the first line of a change must be `# path/of/the/file.rs`")?;
        let (mut old, mut new) = (String::from("\n"), String::from("\n"));
        for line in lines.lines() {
            let (mark, rest) = line.split_at(line.len().min(1));
            if !["-", "+", " ", ""].contains(&mark) {
                return Err(format!("a change must not have the line `{line}`"));
            }
            if mark != "+" {
                old = old + rest + "\n";
            }
            if mark != "-" {
                new = new + rest + "\n";
            }
        }
        if !block.contains("\n-") {
            return Err("a change must remove at least one line (`-`)".into());
        }
        let path = PathBuf::from(path.trim());
        if !path.starts_with(sources) {
            return Err(format!("a change must be in {}", sources.display()));
        }
        Ok(Self { path, old, new })
    }

    /// The file's text after the change. The old lines must be in the file exactly once.
    pub fn apply(&self, text: &str) -> Result<String, String> {
        let text = format!("\n{text}");
        let file = self.path.display();
        match text.matches(&self.old).count() {
            0 => Err(format!("{file} does not have these lines")),
            1 => Ok(text.replacen(&self.old, &self.new, 1)[1..].into()),
            _ => Err(format!("{file} has these lines more than once")),
        }
    }
}
