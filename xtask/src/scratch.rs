//! A copy of the workspace, to break things in.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::change::Change;
use crate::lessons::{self, Workspace};

pub struct Scratch {
    root: PathBuf,
    target: PathBuf,
}

/// What lies in the workspace's root and is not of the workspace.
pub const LEFT_OUT: [&str; 3] = ["target", ".git", "practice"];

impl Scratch {
    pub fn copy(workspace: &Workspace) -> io::Result<Self> {
        let folder = workspace.target.join("scratch");
        let (root, target) = (folder.join("workspace"), folder.join("target"));
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

    /// Cargo, in the copy.
    ///
    /// What it builds must not go where the workspace's own programs are: cargo gives a lesson the
    /// same file names in each copy of its workspace, and would take one for the other. Nobody debugs
    /// it, and a build without debug information takes half the time.
    pub fn cargo(&self) -> Command {
        let mut command = lessons::cargo();
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("RUST_BACKTRACE", "0")
            .env("CARGO_TERM_COLOR", "never");
        command
    }

    /// Makes the changes, one after the other, does the work, and takes them back. The error is that
    /// of a change that cannot be made.
    pub fn with<T>(&self, changes: &[Change], work: impl FnOnce() -> T) -> Result<T, String> {
        let Some((change, others)) = changes.split_first() else {
            return Ok(work());
        };
        let path = self.root.join(&change.path);
        let said = |error: io::Error| format!("{}: {error}", change.path.display());
        let text = fs::read_to_string(&path).map_err(said)?;
        fs::write(&path, change.apply(&text)?).map_err(said)?;
        let worked = self.with(others, work);
        fs::write(&path, text).map_err(said)?;
        worked
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
