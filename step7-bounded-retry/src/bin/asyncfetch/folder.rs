use std::path::{Path, PathBuf};
use std::{fs, io};

use step7_bounded_retry::engine::{AttemptError, Http, Request};
use tempfile::TempPath;
use tokio::fs::File;

/// Longer names are refused by some file systems.
const LONGEST: usize = 150;

/// Where the bodies are saved.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes the folder if there is none.
    ///
    /// # Errors
    ///
    /// If there is none and it cannot be made.
    pub fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        Ok(Self(path.to_owned()))
    }

    /// One attempt whose body becomes a file when it is whole. A file of that name is replaced.
    ///
    /// # Errors
    ///
    /// Those of [`Http::get`].
    ///
    /// # Cancellation
    ///
    /// What has arrived is removed, as after an error.
    pub async fn save(&self, http: &Http, request: &Request) -> Result<(), AttemptError> {
        let (file, part) = self.part().map_err(AttemptError::Output)?;
        let mut file = File::from_std(file);
        http.get(request, &mut file).await?;
        drop(file);
        part.persist(self.0.join(name(request)))
            .map_err(|failed| AttemptError::Output(failed.error))
    }

    /// It lies in the folder itself, for only there it can be renamed.
    fn part(&self) -> io::Result<(fs::File, TempPath)> {
        let mut part = tempfile::Builder::new();
        part.prefix(".asyncfetch-").suffix(".part");
        // A temporary file is for its owner alone, and a saved one for whom the umask allows.
        #[cfg(unix)]
        part.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        Ok(part.tempfile_in(&self.0)?.into_parts())
    }
}

/// The number makes it unique, and what the URL says is only for people. So of the URL nothing is
/// left that could mean anything to a file system.
fn name(request: &Request) -> String {
    let url = &request.url;
    let host = url.host_str().unwrap_or_default();
    let segment = url.path_segments().and_then(|mut path| path.next_back());
    let mut name = format!("{:08}-{host}", request.index);
    if let Some(segment) = segment.filter(|segment| !segment.is_empty()) {
        name = name + "-" + segment;
    }
    let safe = |character| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '%' => character,
        _ => '_',
    };
    let name: String = name.chars().map(safe).take(LONGEST).collect();
    // Windows passes over a dot at the end.
    name.trim_end_matches('.').to_owned()
}
