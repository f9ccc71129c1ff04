//! Which files are the workspace's own, and how old they are said to be.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::VENDOR;
use crate::lessons::Workspace;
use crate::scratch::LEFT_OUT;

#[derive(Debug, PartialEq)]
pub struct OwnFile {
    /// From the workspace's root, with slashes on every system.
    pub path: String,
    pub executable: bool,
}

/// Those that git knows and that are still there. Without git, all but what is left out.
pub fn of_workspace(workspace: &Workspace) -> io::Result<Vec<OwnFile>> {
    let mut files = match git(workspace, &["ls-files", "--stage", "-z"]) {
        Some(listed) => listed.split('\0').filter_map(tracked).collect(),
        None => found(workspace)?,
    };
    files.retain(|file| workspace.root.join(&file.path).is_file());
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// The time of the last commit, in seconds since 1970. A newer archive, unpacked over an older one,
/// then has newer files, and cargo sees it.
pub fn time(workspace: &Workspace) -> u64 {
    let committed = git(workspace, &["log", "-1", "--format=%ct"]);
    let committed = committed.and_then(|time| time.trim().parse().ok());
    // The first of January 2025.
    committed.unwrap_or(1_735_689_600)
}

/// What git says about the workspace, if there is a git and it knows any file of it.
fn git(workspace: &Workspace, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(&workspace.root)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !said.is_empty()).then_some(said)
}

/// Reads `100644 0123abcd 0<tab>path`.
fn tracked(line: &str) -> Option<OwnFile> {
    let (about, path) = line.split_once('\t')?;
    Some(OwnFile {
        path: path.into(),
        executable: about.starts_with("100755"),
    })
}

fn found(workspace: &Workspace) -> io::Result<Vec<OwnFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(&workspace.root)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        let left_out = LEFT_OUT.iter().chain([&VENDOR]);
        if path != workspace.target && !left_out.map(OsStr::new).any(|one| one == name) {
            walk(&path, &name.to_string_lossy(), &mut files)?;
        }
    }
    Ok(files)
}

fn walk(path: &Path, name: &str, files: &mut Vec<OwnFile>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(OwnFile {
            path: name.into(),
            executable: is_executable(path)?,
        });
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        walk(&entry.path(), &name, files)?;
    }
    Ok(())
}

#[cfg(unix)]
fn is_executable(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;

    Ok(fs::metadata(path)?.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::{OwnFile, tracked};

    #[test]
    fn a_tracked_file_has_its_path_and_whether_it_is_executable() {
        for (line, path, executable) in [
            ("100644 0123abcd 0\ta/b c.rs", "a/b c.rs", false),
            ("100755 0123abcd 0\t.ci/run", ".ci/run", true),
        ] {
            let path = path.into();
            assert_eq!(tracked(line), Some(OwnFile { path, executable }));
        }
        assert_eq!(tracked(""), None);
    }
}
