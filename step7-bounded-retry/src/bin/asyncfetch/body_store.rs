use std::path::{Path, PathBuf};
use std::{fs, io};

use step7_bounded_retry::engine::{AttemptError, Http, Request};
use tempfile::TempPath;
use tokio::fs::File;

/// Some file systems do not allow much longer names.
const MAX_NAME_LEN: usize = 150;

/// The folder in which bodies are saved.
pub struct BodyStore {
    folder: PathBuf,
    /// Whether files of an earlier run stay.
    keep: bool,
}

impl BodyStore {
    /// Creates the folder if it does not exist.
    ///
    /// # Errors
    ///
    /// If the folder cannot be created.
    pub fn open(path: &Path, keep: bool) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        Ok(Self {
            folder: path.to_owned(),
            keep,
        })
    }

    /// Makes one attempt, saves its body once it has arrived whole, and returns the file's name. A file
    /// of the same name is replaced; or if files of an earlier run stay, this one gets another name.
    /// The name begins with `index`.
    ///
    /// # Errors
    ///
    /// Those of [`Http::get`], and [`AttemptError::Output`] if the file cannot be written.
    ///
    /// # Cancellation
    ///
    /// The unfinished file is removed, as after an error.
    pub async fn save(
        &self,
        http: &Http,
        request: &Request,
        index: u64,
    ) -> Result<String, AttemptError> {
        let output = |error| AttemptError::from_io(error, AttemptError::Output);
        let (file, mut part) = self.part().map_err(output)?;
        let mut file = File::from_std(file);
        http.get(request, &mut file).await?;
        drop(file);
        let name = name(request, index);
        if !self.keep {
            part.persist(self.folder.join(&name))
                .map_err(|failed| output(failed.error))?;
            return Ok(name);
        }
        let names = std::iter::once(name.clone()).chain((2..).map(|copy| format!("{name}-{copy}")));
        for name in names {
            match part.persist_noclobber(self.folder.join(&name)) {
                Ok(()) => return Ok(name),
                Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
                    part = failed.path;
                }
                Err(failed) => return Err(output(failed.error)),
            }
        }
        unreachable!("there is always another name")
    }

    /// In the same folder, since a rename works only within one file system.
    fn part(&self) -> io::Result<(fs::File, TempPath)> {
        let mut part = tempfile::Builder::new();
        part.prefix(".asyncfetch-").suffix(".part");
        // tempfile's own way to create it hides the code of an error, and lets only its owner read it.
        let part = part.make_in(&self.folder, |path| fs::File::create_new(path))?;
        Ok(part.into_parts())
    }
}

/// The index makes the name unique; the host and the last segment help people to find the file.
/// Every character that has a meaning in a path is replaced.
fn name(request: &Request, index: u64) -> String {
    let url = &request.url;
    let host = url.host_str().unwrap_or_default();
    let segment = url.path_segments().and_then(|mut path| path.next_back());
    let mut name = format!("{index:08}-{host}");
    if let Some(segment) = segment.filter(|segment| !segment.is_empty()) {
        name = name + "-" + segment;
    }
    let safe = |character| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '%' => character,
        _ => '_',
    };
    let name: String = name.chars().map(safe).take(MAX_NAME_LEN).collect();
    // Windows ignores a dot at the end of a name.
    name.trim_end_matches('.').to_owned()
}
