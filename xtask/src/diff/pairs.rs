//! Which function of one lesson does the job of which function of the other.

use similar::TextDiff;

use super::source::Function;

/// So much of what two functions take and give must be the same.
const ALIKE: f32 = 0.7;

/// The pairs, in the order of the new functions. A function is in one pair at most.
///
/// Each lesson does `fetch_all` or `run` in its own way, and calls it `fetch_all_strict` or
/// `fetch_all_taskgroup`. So two functions belong together when their names begin with the same word
/// and they take and give nearly the same. Those of one name belong together in any case.
pub fn of<'a>(old: &'a [Function], new: &'a [Function]) -> Vec<(&'a Function, &'a Function)> {
    let mut candidates = Vec::new();
    for (from, old) in old.iter().enumerate() {
        for (to, new) in new.iter().enumerate() {
            let alike = alike(old, new);
            if alike >= ALIKE {
                candidates.push((alike, from, to));
            }
        }
    }
    candidates.sort_by(|one, other| other.0.total_cmp(&one.0));

    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (_, from, to) in candidates {
        if pairs.iter().all(|pair| pair.0 != from && pair.1 != to) {
            pairs.push((from, to));
        }
    }
    pairs.sort_by_key(|pair| pair.1);
    pairs
        .into_iter()
        .map(|(from, to)| (&old[from], &new[to]))
        .collect()
}

fn alike(old: &Function, new: &Function) -> f32 {
    let first_word = |function: &Function| function.name.split('_').next().map(String::from);
    if old.name == new.name {
        f32::INFINITY
    } else if first_word(old) == first_word(new) {
        let words = |function: &Function| function.signature().replace('_', " ");
        TextDiff::from_words(words(old), words(new)).ratio()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::diff::source::Function;

    fn function(name: &str, takes_and_gives: &str) -> Function {
        Function {
            file: "src/a.rs".into(),
            name: name.into(),
            code: format!("pub fn {name}{takes_and_gives} {{\n}}\n"),
        }
    }

    fn names(old: &[Function], new: &[Function]) -> Vec<(String, String)> {
        of(old, new)
            .into_iter()
            .map(|(old, new)| (old.name.clone(), new.name.clone()))
            .collect()
    }

    #[test]
    fn functions_of_one_name_belong_together() {
        let (old, new) = (function("a", "(x: u8)"), function("a", " -> String"));
        assert_eq!(names(&[old], &[new]), [("a".into(), "a".into())]);
    }

    #[test]
    fn of_several_that_begin_alike_those_belong_together_that_take_and_give_nearly_the_same() {
        let old = [
            function("run_one", "(jobs: &[Job], log: &Log) -> u8"),
            function("run_two", "(jobs: &[Job]) -> Report"),
        ];
        let new = [
            function("run_three", "(jobs: &[Job]) -> Summary"),
            function("walk", "(jobs: &[Job]) -> Report"),
            function("run_four", "(a: &str)"),
        ];
        assert_eq!(names(&old, &new), [("run_two".into(), "run_three".into())]);
    }
}
