//! Which exercises are done and which one is selected: a text file with one exercise a line.
//!
//! ```text
//! step3-taskgroup/create-a-task done hints=2
//! step3-taskgroup/walk-the-tree current
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::course::ExerciseRef;
use super::files;
use crate::failure::Failure;

#[derive(Debug)]
pub struct Progress {
    path: PathBuf,
    /// The words of each exercise. What this program does not know stays in the file.
    exercises: BTreeMap<String, BTreeSet<String>>,
}

const HEAD: &str = "\
# Which exercises are done and which one is selected. If you delete this file,
# `cargo xtask learn check --all` finds out again what is done.
";

impl Progress {
    /// Without a file nothing is done.
    pub fn read(practice: &Path) -> Result<Self, Failure> {
        let path = practice.join("progress.txt");
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            read => read.map_err(|error| files::cannot("read", &path, &error))?,
        };
        let mut exercises = BTreeMap::new();
        for line in text.lines() {
            let mut words = line.split_whitespace().map(String::from);
            let Some(name) = words.next().filter(|word| !word.starts_with('#')) else {
                continue;
            };
            exercises.insert(name, words.collect());
        }
        Ok(Self { path, exercises })
    }

    pub fn write(&self) -> Result<(), Failure> {
        let mut text = HEAD.to_owned();
        for (name, words) in &self.exercises {
            let words = words.iter().map(|word| format!(" {word}"));
            text += &format!("{name}{}\n", words.collect::<String>());
        }
        files::write(&self.path, text)
    }

    pub fn current(&self) -> Option<&str> {
        let mut exercises = self.exercises.iter();
        let current = exercises.find(|(_, words)| words.contains("current"));
        current.map(|(name, _)| name.as_str())
    }

    pub fn set_current(&mut self, exercise: &ExerciseRef) {
        for words in self.exercises.values_mut() {
            words.remove("current");
        }
        self.words(exercise).insert("current".into());
    }

    pub fn is_done(&self, exercise: &ExerciseRef) -> bool {
        let words = self.exercises.get(&exercise.name());
        words.is_some_and(|words| words.contains("done"))
    }

    pub fn set_done(&mut self, exercise: &ExerciseRef, done: bool) {
        let words = self.words(exercise);
        words.remove("done");
        words.extend(done.then(|| "done".into()));
    }

    /// How many hints have been given.
    pub fn hints(&self, exercise: &ExerciseRef) -> usize {
        let words = self.exercises.get(&exercise.name());
        let hints = words.and_then(|words| words.iter().find_map(|word| hints(word)));
        hints.unwrap_or(0)
    }

    pub fn set_hints(&mut self, exercise: &ExerciseRef, number: usize) {
        let words = self.words(exercise);
        words.retain(|word| hints(word).is_none());
        words.insert(format!("hints={number}"));
    }

    fn words(&mut self, exercise: &ExerciseRef) -> &mut BTreeSet<String> {
        self.exercises.entry(exercise.name()).or_default()
    }
}

fn hints(word: &str) -> Option<usize> {
    word.strip_prefix("hints=")?.parse().ok()
}
