//! Which exercises are done and which one is selected: a text file with one exercise a line.
//!
//! ```text
//! step3-taskgroup/stop-the-siblings done hints=2
//! step3-taskgroup/walk-the-tree current
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::course::ExerciseRef;
use crate::failure::Failure;
use crate::files;

#[derive(Debug)]
pub struct Progress {
    path: PathBuf,
    /// The words of each exercise. What this program does not know stays in the file.
    exercises: BTreeMap<String, BTreeSet<String>>,
}

const HEAD: &str =
    "# If you delete this file, `cargo xtask learn start` and `watch` write it again.\n";

impl Progress {
    /// Without a file nothing is done.
    pub fn read(practice: &Path) -> Result<Self, Failure> {
        let path = practice.join("progress.txt");
        let mut exercises = BTreeMap::new();
        let text = path.exists().then(|| files::read(&path)).transpose()?;
        for line in text.iter().flat_map(|text| text.lines()) {
            let mut words = line.split_whitespace().map(String::from);
            if let Some(name) = words.next().filter(|name| name != "#") {
                exercises.insert(name, words.collect());
            }
        }
        Ok(Self { path, exercises })
    }

    fn write(&self) -> Result<(), Failure> {
        let mut text = HEAD.to_owned();
        for (name, words) in &self.exercises {
            let mut line = vec![name.as_str()];
            line.extend(words.iter().map(String::as_str));
            text = text + &line.join(" ") + "\n";
        }
        files::write(&self.path, text)
    }

    pub fn current(&self) -> Option<&str> {
        let mut exercises = self.exercises.iter();
        let current = exercises.find(|(_, words)| words.contains("current"));
        current.map(|(name, _)| name.as_str())
    }

    pub fn set_current(&mut self, one: &ExerciseRef) -> Result<(), Failure> {
        for words in self.exercises.values_mut() {
            words.remove("current");
        }
        self.words(one).insert("current".into());
        self.write()
    }

    pub fn is_done(&self, one: &ExerciseRef) -> bool {
        let words = self.exercises.get(&one.name());
        words.is_some_and(|words| words.contains("done"))
    }

    pub fn set_done(&mut self, one: &ExerciseRef, done: bool) -> Result<(), Failure> {
        self.words(one).remove("done");
        self.words(one).extend(done.then(|| "done".into()));
        self.write()
    }

    /// Counts one more hint. Returns how many have been given before.
    pub fn count_hint(&mut self, one: &ExerciseRef) -> Result<usize, Failure> {
        let number = |word: &String| word.strip_prefix("hints=")?.parse().ok();
        let given = self.words(one).iter().find_map(number).unwrap_or(0);
        self.words(one).retain(|word| number(word).is_none());
        self.words(one).insert(format!("hints={}", given + 1));
        self.write().map(|()| given)
    }

    fn words(&mut self, one: &ExerciseRef) -> &mut BTreeSet<String> {
        self.exercises.entry(one.name()).or_default()
    }
}
