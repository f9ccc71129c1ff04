//! The archive: the same files give the same bytes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, Header};

pub struct Archive {
    tar: Builder<GzEncoder<BufWriter<File>>>,
    /// In seconds since 1970, of every file.
    time: u64,
}

impl Archive {
    pub fn create(path: &Path, time: u64) -> io::Result<Self> {
        let file = BufWriter::new(File::create(path)?);
        let gzip = GzEncoder::new(file, Compression::default());
        Ok(Self {
            tar: Builder::new(gzip),
            time,
        })
    }

    pub fn add(&mut self, name: &str, content: &[u8], executable: bool) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(if executable { 0o755 } else { 0o644 });
        header.set_mtime(self.time);
        self.tar.append_data(&mut header, name, content)
    }

    /// Adds what is in the folder, in the order of the names.
    pub fn add_folder(&mut self, name: &str, folder: &Path) -> io::Result<()> {
        for path in sorted(folder)? {
            let below = path.file_name().unwrap_or_default();
            let name = format!("{name}/{}", below.to_string_lossy());
            if path.is_dir() {
                self.add_folder(&name, &path)?;
            } else {
                self.add(&name, &fs::read(&path)?, false)?;
            }
        }
        Ok(())
    }

    pub fn finish(self) -> io::Result<()> {
        self.tar.into_inner()?.finish()?.flush()
    }
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    let paths: io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths?;
    paths.sort();
    Ok(paths)
}
