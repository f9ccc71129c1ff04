//! Paths and files. A file is written whole or not at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use crate::failure::Failure;

/// Contents by path, from some folder.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The path from the current folder.
pub fn shown(path: &Path) -> String {
    let mut up = PathBuf::new();
    for folder in env::current_dir().unwrap_or_default().ancestors() {
        if let Ok(below) = path.strip_prefix(folder) {
            return up.join(below).display().to_string();
        }
        up.push("..");
    }
    path.display().to_string()
}

/// Adds to an error what could not be done with which file.
pub fn cannot<T>(action: &str, path: &Path, result: io::Result<T>) -> Result<T, Failure> {
    result.map_err(|error| Failure::failed(format!("cannot {action} {}: {error}", shown(path))))
}

pub fn read(path: &Path) -> Result<String, Failure> {
    cannot("read", path, fs::read_to_string(path))
}

/// Writes the file, if that changes it, and creates its folder. After an error the old file is there.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|old| old == content.as_ref()) {
        return Ok(());
    }
    let new = with_ending(path, "new");
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    let written = folder.and_then(|()| fs::write(&new, content));
    cannot("write", path, written.and_then(|()| fs::rename(&new, path)))
}

/// Copies a file, or moves a folder, to the first free name beside it. Returns that path.
pub fn keep(path: &Path) -> Result<PathBuf, Failure> {
    let mut names = (1..).map(|number| with_ending(path, &format!("kept-{number}")));
    let kept = names.find(|kept| !kept.exists()).unwrap_or_default();
    let result = if path.is_dir() {
        fs::rename(path, &kept)
    } else {
        fs::copy(path, &kept).map(drop)
    };
    cannot("keep", path, result).map(|()| kept)
}

/// Writes the file, and keeps a copy of the old one.
pub fn replace(path: &Path, content: String) -> Result<PathBuf, Failure> {
    let kept = keep(path)?;
    write(path, content).map(|()| kept)
}

/// `src/fetch.rs.kept-1` for `src/fetch.rs`: cargo does not take it for Rust.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{ending}"));
    path.with_file_name(name)
}

/// Adds the file at this path from `root`, or all files in and below this folder, without those in `skip`.
pub fn collect(root: &Path, path: &Path, skip: &[PathBuf], to: &mut Files) -> Result<(), Failure> {
    let source = root.join(path);
    if skip.iter().any(|one| one == path) {
        return Ok(());
    }
    if source.is_file() {
        to.insert(path.into(), cannot("read", &source, fs::read(&source))?);
    } else if source.is_dir() {
        for entry in cannot("read", &source, fs::read_dir(&source))? {
            collect(root, &path.join(entry?.file_name()), skip, to)?;
        }
    }
    Ok(())
}
