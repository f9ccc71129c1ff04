//! All exercises, in the order in which they are done.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::lessons::{Exercise, Lesson, Workspace};

/// An exercise, and the lesson to which it belongs.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub lesson: &'a Lesson,
    pub exercise: &'a Exercise,
}

impl Place<'_> {
    /// `step3-taskgroup/create-a-task`
    pub fn name(&self) -> String {
        format!("{}/{}", self.lesson.name, self.exercise.name)
    }

    /// The file with the functions to write, in the lesson as it stands.
    pub fn reference(&self) -> PathBuf {
        self.lesson.folder.join(&self.exercise.file)
    }
}

pub fn of_lesson(lesson: &Lesson) -> impl DoubleEndedIterator<Item = Place<'_>> {
    lesson
        .exercises
        .iter()
        .map(move |exercise| Place { lesson, exercise })
}

pub fn all(workspace: &Workspace) -> impl DoubleEndedIterator<Item = Place<'_>> {
    workspace.lessons.iter().flat_map(of_lesson)
}

/// The exercise of this name, with or without the lesson's.
pub fn find<'a>(workspace: &'a Workspace, name: &str) -> Result<Place<'a>, Failure> {
    let found: Vec<_> = all(workspace)
        .filter(|place| place.name() == name || place.exercise.name == name)
        .collect();
    match found[..] {
        [place] => Ok(place),
        [] => Err(Failure::usage(format!(
            "there is no exercise `{name}`: `cargo xtask learn` lists them"
        ))),
        _ => Err(Failure::usage(format!(
            "several lessons have an exercise `{name}`: say which, as in `{}`",
            found[0].name()
        ))),
    }
}

/// The lesson of this number that has something to write.
pub fn lesson(workspace: &Workspace, number: u32) -> Result<&Lesson, Failure> {
    let mut lessons = workspace.lessons.iter();
    let lesson = lessons
        .find(|lesson| lesson.number == number)
        .ok_or_else(|| {
            let known = workspace.lessons.iter().map(|lesson| lesson.number);
            let known: Vec<_> = known.map(|number| number.to_string()).collect();
            Failure::usage(format!(
                "there is no lesson {number}: the lessons are {}",
                known.join(", ")
            ))
        })?;
    if lesson.exercises.is_empty() {
        return Err(Failure::usage(format!(
            "lesson {number} has nothing to write"
        )));
    }
    Ok(lesson)
}

/// The exercises of the real lessons.
#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::PathBuf;

    use super::{Place, all};
    use crate::learn::layout;
    use crate::lessons::Workspace;

    /// What is wrong with this exercise; empty if nothing is.
    fn problems(place: &Place) -> Vec<String> {
        let exercise = place.exercise;
        let mut problems = Vec::new();
        let mut must = |holds: bool, words: String| {
            if !holds {
                problems.push(format!("{}: {words}", place.name()));
            }
        };
        let is_kebab = |name: &str| {
            let mut marks = name.chars();
            marks.all(|mark| mark.is_ascii_lowercase() || mark == '-')
        };
        must(
            is_kebab(&exercise.name),
            "the name is not kebab-case".into(),
        );
        must(
            exercise.minutes <= 10,
            "it takes more than ten minutes".into(),
        );
        let hints = exercise.hints.len();
        must((2..=4).contains(&hints), format!("it has {hints} hints"));
        must(
            !exercise.functions.is_empty(),
            "there is nothing to write".into(),
        );
        must(!exercise.tests.is_empty(), "it has no test".into());

        let text = fs::read_to_string(place.reference()).unwrap_or_default();
        for function in &exercise.functions {
            match layout::find(&text, function, &exercise.file) {
                Err(words) => must(false, words),
                Ok(found) => {
                    let signature = &text[found.whole.start..found.body.start];
                    let result = signature.rsplit_once("->").map_or("", |(_, result)| result);
                    let words = format!("`todo!` does not compile in `{function}`");
                    must(!result.trim_start().starts_with("impl "), words);
                }
            }
        }
        for test in &exercise.tests {
            let words = format!("there is no test {test} in {}", exercise.program);
            must(has_test(place, test), words);
        }
        problems
    }

    /// By its words alone: some tests are made by a macro.
    fn has_test(place: &Place, test: &str) -> bool {
        let tests = place.lesson.folder.join("tests");
        let program = tests.join(&place.exercise.program);
        let (file, name): (PathBuf, &str) = match test.rsplit_once("::") {
            Some((modules, name)) => (program.join(modules.replace("::", "/")), name),
            None if program.is_dir() => (program.join("main"), test),
            None => (program, test),
        };
        let source = fs::read_to_string(file.with_extension("rs")).unwrap_or_default();
        source.contains(&format!("fn {name}("))
    }

    #[test]
    fn every_exercise_has_functions_tests_and_hints_that_exist() {
        let workspace = Workspace::find().unwrap();
        let problems: Vec<_> = all(&workspace).flat_map(|place| problems(&place)).collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }

    #[test]
    fn every_lesson_has_two_exercises_or_more_each_with_a_name_of_its_own() {
        let workspace = Workspace::find().unwrap();
        for lesson in &workspace.lessons {
            assert!(lesson.exercises.len() >= 2, "{}", lesson.name);
        }
        let names: BTreeSet<_> = all(&workspace).map(|place| &place.exercise.name).collect();
        assert_eq!(names.len(), all(&workspace).count());
    }

    #[test]
    fn what_the_article_only_names_is_among_them() {
        let workspace = Workspace::find().unwrap();
        for name in ["create-a-task", "gather-several", "task-name-and-done"] {
            assert!(
                all(&workspace).any(|place| place.exercise.name == name),
                "{name}"
            );
        }
    }
}
