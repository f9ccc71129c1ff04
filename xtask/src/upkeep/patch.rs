//! A change that a page shows: the file, the lines to replace, and the new lines.

use std::path::{Path, PathBuf};

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
