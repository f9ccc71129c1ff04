//! A copy of the workspace, to break things in.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::break_it::Change;
use crate::lessons::Workspace;

pub struct Scratch {
    root: PathBuf,
    target: PathBuf,
}

/// What is not copied from the workspace's root.
const LEFT_OUT: [&str; 3] = ["target", ".git", "practice"];

impl Scratch {
    pub fn copy(workspace: &Workspace) -> io::Result<Self> {
        let folder = workspace.target.join("pages");
        let (root, target) = (folder.join("scratch"), folder.join("target"));
        let left_out = |path: &Path| {
            path == workspace.target
                || LEFT_OUT
                    .iter()
                    .any(|name| path == workspace.root.join(name))
        };
        copy(&workspace.root, &root, &left_out)?;
        Ok(Self { root, target })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What is built here must not go where the workspace's own programs are: cargo gives a lesson
    /// the same file names in each copy of its workspace, and would take one for the other.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Makes the change, does the work, and takes the change back.
    pub fn with<T>(
        &self,
        change: &Change,
        work: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, String> {
        let path = self.root.join(&change.path);
        let said = |error: io::Error| format!("{}: {error}", change.path.display());
        let text = fs::read_to_string(&path).map_err(said)?;
        fs::write(&path, change.apply(&text)?).map_err(said)?;
        let worked = work();
        fs::write(&path, text).map_err(said)?;
        worked.map_err(said)
    }
}

/// Makes `to` the same as `from`. A file that is the same already keeps its time, so that cargo
/// builds nothing again.
fn copy(from: &Path, to: &Path, left_out: &impl Fn(&Path) -> bool) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let mut names = BTreeSet::<OsString>::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (old, new) = (entry.path(), to.join(entry.file_name()));
        if left_out(&old) {
            continue;
        }
        names.insert(entry.file_name());
        if old.is_dir() {
            copy(&old, &new, left_out)?;
        } else {
            let content = fs::read(&old)?;
            if fs::read(&new).ok().as_ref() != Some(&content) {
                fs::write(&new, content)?;
            }
        }
    }
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        if names.contains(&entry.file_name()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
