//! What is done and where the learner stands: a small text file, one exercise a line.
//!
//! ```text
//! step3-taskgroup/create-a-task done hints=2
//! step3-taskgroup/walk-the-tree current
//! ```

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::files;
use crate::failure::Failure;

pub struct Progress {
    path: PathBuf,
    /// In the order of the file. A name that no lesson has any more stays.
    entries: Vec<Entry>,
}

#[derive(Debug, Default, PartialEq)]
struct Entry {
    name: String,
    done: bool,
    current: bool,
    hints: usize,
}

const HEAD: &str =
    "# What is done, and where you are. Whoever deletes this file loses the ticks, and
# `cargo xtask learn check --all` finds them again.
";

impl Progress {
    /// A file that is not there is one without a tick.
    pub fn read(practice: &Path) -> Result<Self, Failure> {
        let path = practice.join("progress.txt");
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            read => read.map_err(|error| files::cannot("read", &path, &error))?,
        };
        let entries = parse(&text).map_err(|(line, words)| {
            Failure::usage(format!(
                "{}:{line}: {words}. Delete the line, or the file: `cargo xtask learn check --all` \
                 finds the ticks again",
                path.display()
            ))
        })?;
        Ok(Self { path, entries })
    }

    pub fn write(&self) -> Result<(), Failure> {
        files::write(&self.path, write(&self.entries))
    }

    pub fn current(&self) -> Option<&str> {
        let current = self.entries.iter().find(|entry| entry.current);
        current.map(|entry| entry.name.as_str())
    }

    pub fn set_current(&mut self, name: &str) {
        for entry in &mut self.entries {
            entry.current = false;
        }
        self.entry(name).current = true;
    }

    pub fn is_done(&self, name: &str) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|entry| entry.name == name && entry.done)
    }

    pub fn set_done(&mut self, name: &str, done: bool) {
        self.entry(name).done = done;
    }

    /// How many hints have been given.
    pub fn hints(&self, name: &str) -> usize {
        let entry = self.entries.iter().find(|entry| entry.name == name);
        entry.map_or(0, |entry| entry.hints)
    }

    pub fn set_hints(&mut self, name: &str, hints: usize) {
        self.entry(name).hints = hints;
    }

    fn entry(&mut self, name: &str) -> &mut Entry {
        let place = self.entries.iter().position(|entry| entry.name == name);
        let place = place.unwrap_or_else(|| {
            self.entries.push(Entry {
                name: name.into(),
                ..Entry::default()
            });
            self.entries.len() - 1
        });
        &mut self.entries[place]
    }
}

fn parse(text: &str) -> Result<Vec<Entry>, (usize, String)> {
    let mut entries = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut words = line.split_whitespace();
        let Some(name) = words.next().filter(|word| !word.starts_with('#')) else {
            continue;
        };
        let mut entry = Entry {
            name: name.into(),
            ..Entry::default()
        };
        for word in words {
            match (word, word.strip_prefix("hints=").map(str::parse)) {
                ("done", _) => entry.done = true,
                ("current", _) => entry.current = true,
                (_, Some(Ok(hints))) => entry.hints = hints,
                _ => {
                    let words = format!("`{word}` is none of `done`, `current`, `hints=NUMBER`");
                    return Err((index + 1, words));
                }
            }
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn write(entries: &[Entry]) -> String {
    let mut text = HEAD.to_owned();
    for entry in entries {
        let mut words = vec![entry.name.clone()];
        words.extend(entry.done.then(|| "done".into()));
        words.extend(entry.current.then(|| "current".into()));
        words.extend((entry.hints > 0).then(|| format!("hints={}", entry.hints)));
        text += &(words.join(" ") + "\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Entry, parse, write};

    #[test]
    fn what_is_written_is_read_again() {
        let text = "a/one done hints=2\nb/two current\nc/three\n";
        let entries = parse(text).unwrap();
        assert_eq!(
            entries[0],
            Entry {
                name: "a/one".into(),
                done: true,
                current: false,
                hints: 2
            }
        );
        assert!(write(&entries).ends_with(text));
        assert_eq!(parse(&write(&entries)), Ok(entries));
    }

    #[test]
    fn a_word_that_means_nothing_is_named_with_its_line() {
        let words = "`finished` is none of `done`, `current`, `hints=NUMBER`";
        assert_eq!(
            parse("# ours\n\na/one finished\n"),
            Err((3, words.to_owned()))
        );
        assert!(parse("a/one hints=few\n").is_err());
    }
}
