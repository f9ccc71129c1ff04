//! A change that a page shows: which file, which lines, and what to put in their place.

use std::path::{Component, Path, PathBuf};

#[derive(Debug, PartialEq)]
pub struct Change {
    /// From the workspace's root.
    pub path: PathBuf,
    lines: Vec<(Mark, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mark {
    Context,
    Old,
    New,
}

impl Change {
    pub fn read(lines: &[String]) -> Result<Self, String> {
        let path = lines
            .first()
            .and_then(|line| line.strip_prefix("# "))
            .ok_or("the first line of a change is `# path/of/the/file.rs`")?;
        let path = Path::new(path.trim());
        let stays_inside = |part| matches!(part, Component::Normal(_));
        if !path.components().all(stays_inside) {
            return Err(format!("{} is not a path in the workspace", path.display()));
        }
        let lines: Vec<_> = lines[1..]
            .iter()
            .map(|line| mark(line))
            .collect::<Result<_, _>>()?;
        if !lines.iter().any(|(mark, _)| *mark == Mark::Old) {
            return Err("a change takes at least one line (`-`) out".into());
        }
        Ok(Self {
            path: path.into(),
            lines,
        })
    }

    /// The file's text after the change. The lines it names must stand in one place, and only there;
    /// their indentation does not matter.
    pub fn apply(&self, text: &str) -> Result<String, String> {
        let source: Vec<&str> = text.lines().collect();
        let wanted: Vec<&str> = self
            .lines
            .iter()
            .filter(|(mark, _)| *mark != Mark::New)
            .map(|(_, line)| line.trim())
            .collect();
        let mut places = source
            .windows(wanted.len())
            .enumerate()
            .filter(|(_, window)| {
                window
                    .iter()
                    .map(|line| line.trim())
                    .eq(wanted.iter().copied())
            })
            .map(|(place, _)| place);
        let place = match (places.next(), places.next()) {
            (Some(place), None) => place,
            (None, _) => return Err(format!("{} has no such lines", self.path.display())),
            (Some(_), Some(_)) => {
                return Err(format!("{} has these lines twice", self.path.display()));
            }
        };
        let (before, rest) = source.split_at(place);
        let (replaced, after) = rest.split_at(wanted.len());

        let mut changed: Vec<String> = before.iter().map(ToString::to_string).collect();
        changed.extend(self.replacement(replaced));
        changed.extend(after.iter().map(ToString::to_string));
        Ok(changed.join("\n") + "\n")
    }

    /// The new lines, as far in as the first line that goes out.
    fn replacement(&self, replaced: &[&str]) -> Vec<String> {
        let first_old = self
            .lines
            .iter()
            .filter(|(mark, _)| *mark != Mark::New)
            .zip(replaced)
            .find(|((mark, _), _)| *mark == Mark::Old);
        let (in_box, in_file) = first_old.map_or(("", ""), |((_, line), source)| {
            (indentation(line), indentation(source))
        });
        let mut replaced = replaced.iter();
        let mut lines = Vec::new();
        for (mark, line) in &self.lines {
            match mark {
                Mark::Context => lines.extend(replaced.next().map(ToString::to_string)),
                Mark::Old => {
                    replaced.next();
                }
                Mark::New => {
                    let line = line.strip_prefix(in_box).unwrap_or(line.trim_start());
                    lines.push(format!("{in_file}{line}"));
                }
            }
        }
        lines
    }
}

fn mark(line: &str) -> Result<(Mark, String), String> {
    let mut characters = line.chars();
    let mark = match characters.next() {
        Some('-') => Mark::Old,
        Some('+') => Mark::New,
        // An editor may have cut the blank off an empty line.
        Some(' ') | None => Mark::Context,
        Some(_) => {
            return Err(format!(
                "a line of a change begins with `-`, `+`, or ` `: {line}"
            ));
        }
    };
    Ok((mark, characters.as_str().into()))
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

#[cfg(test)]
mod tests {
    use super::Change;

    fn apply(change: &str, text: &str) -> Result<String, String> {
        let lines: Vec<String> = change.lines().map(String::from).collect();
        Change::read(&lines)?.apply(text)
    }

    #[test]
    fn the_old_lines_go_and_the_new_ones_come_as_far_in() {
        assert_eq!(
            apply(
                "# a.rs\n-two();\n+if three {\n+    four();\n+}",
                "one\n    two();\nfive\n"
            ),
            Ok("one\n    if three {\n        four();\n    }\nfive\n".into())
        );
        assert_eq!(
            apply("# a.rs\n-        two();\n+        three();", "    two();\n"),
            Ok("    three();\n".into())
        );
    }

    #[test]
    fn context_says_which_of_several_places_and_stays() {
        assert_eq!(
            apply("# a.rs\n b\n-x\n\n+y", "a\nx\n\n  b\nx\n\n"),
            Ok("a\nx\n\n  b\n\ny\n".into())
        );
    }

    #[test]
    fn a_line_may_go_without_another_in_its_place() {
        assert_eq!(apply("# a.rs\n-b", "a\nb\nc\n"), Ok("a\nc\n".into()));
    }

    #[test]
    fn lines_that_stand_nowhere_or_twice_are_an_error() {
        assert_eq!(
            apply("# a.rs\n-x\n+y", "a\n"),
            Err("a.rs has no such lines".into())
        );
        assert_eq!(
            apply("# a.rs\n-x\n+y", "x\nx\n"),
            Err("a.rs has these lines twice".into())
        );
    }

    #[test]
    fn a_change_without_its_file_or_without_an_old_line_is_an_error() {
        assert!(apply("-x\n+y", "x\n").is_err());
        assert!(apply("# a.rs\n+y", "x\n").is_err());
        assert!(apply("# a.rs\n-x\n@@ 1", "x\n").is_err());
    }

    #[test]
    fn a_change_stays_in_the_workspace() {
        assert!(apply("# ../a.rs\n-x\n+y", "x\n").is_err());
        assert!(apply("# /a.rs\n-x\n+y", "x\n").is_err());
    }
}
