//! A copy of the workspace whose files can be changed.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::patch::Change;
use crate::lessons::{self, Workspace};

pub struct Scratch {
    pub root: PathBuf,
    target: PathBuf,
}

impl Scratch {
    pub fn copy(workspace: &Workspace) -> io::Result<Self> {
        let folder = workspace.target.join("scratch");
        let (root, target) = (folder.join("workspace"), folder.join("target"));
        copy(&workspace.root, &root, &workspace.target)?;
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

/// Makes `to` the same as `from`. A file that is the same already keeps its time, so that cargo does
/// not build it again.
fn copy(from: &Path, to: &Path, target: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let path = entry?.path();
        if !from.join(path.file_name().unwrap_or_default()).exists() {
            fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path))?;
        }
    }
    let left_out = [".git", "practice", "target"].map(OsStr::new);
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        let (old, new) = (from.join(&name), to.join(&name));
        if old == target || left_out.contains(&name.as_os_str()) {
            continue;
        }
        if old.is_dir() {
            copy(&old, &new, target)?;
        } else if fs::read(&new).ok() != Some(fs::read(&old)?) {
            fs::write(&new, fs::read(&old)?)?;
        }
    }
    Ok(())
}
