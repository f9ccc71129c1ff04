//! Writing into the learner's folder: all of a file or nothing, and never over what is theirs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// A failure to do this to a file.
pub fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!("cannot {what} {}: {error}", path.display()))
}

pub fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| cannot("read", path, &error))
}

/// Writes all of it, and makes the folder if need be. If that fails, whatever was there before
/// is still there.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), Failure> {
    let written = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = beside(path, "new");
        fs::write(&new, &content)?;
        fs::rename(&new, path)
    };
    written().map_err(|error| cannot("write", path, &error))
}

/// Copies a file to the first free name beside it, and says where.
pub fn keep_file(path: &Path) -> Result<PathBuf, Failure> {
    let kept = free(|number| beside(path, &format!("kept-{number}")));
    fs::copy(path, &kept).map_err(|error| cannot("keep a copy of", path, &error))?;
    Ok(kept)
}

/// Moves a folder to the first free name beside it, and says where.
pub fn keep_folder(path: &Path) -> Result<PathBuf, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let kept = free(|number| path.with_file_name(format!("kept-{number}-{name}")));
    fs::rename(path, &kept).map_err(|error| cannot("move", path, &error))?;
    Ok(kept)
}

fn free(name: impl Fn(u32) -> PathBuf) -> PathBuf {
    let mut number = 1;
    while name(number).exists() {
        number += 1;
    }
    name(number)
}

/// `src/fetch.rs.kept-1` for `src/fetch.rs`: neither cargo nor an editor takes it for a source.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{ending}"));
    path.with_file_name(name)
}
