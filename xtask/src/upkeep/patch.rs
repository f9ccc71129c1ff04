//! A change that a page shows: the file, the lines to replace, and the new lines.

use std::path::PathBuf;

#[derive(Debug, PartialEq)]
pub struct Change {
    /// From the workspace's root.
    pub path: PathBuf,
    old: String,
    new: String,
}

impl Change {
    /// Reads a `diff` block: the first line is `# path/of/the/file.rs`, the others begin with ` `,
    /// `-`, or `+`.
    pub fn read(block: &str) -> Result<Self, String> {
        let mut lines = block.lines();
        let path = lines
            .next()
            .and_then(|line| line.strip_prefix("# "))
            .ok_or("the first line of a change must be `# path/of/the/file.rs`")?;
        let (mut old, mut new) = (String::from("\n"), String::from("\n"));
        for line in lines {
            let (mark, rest) = line.split_at(line.len().min(1));
            let sides = match mark {
                "-" => [Some(&mut old), None],
                "+" => [None, Some(&mut new)],
                " " | "" => [Some(&mut old), Some(&mut new)],
                _ => return Err(format!("a change must not have the line `{line}`")),
            };
            for side in sides.into_iter().flatten() {
                side.push_str(rest);
                side.push('\n');
            }
        }
        if !block.contains("\n-") {
            return Err("a change must remove at least one line (`-`)".into());
        }
        let path = PathBuf::from(path.trim());
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

#[cfg(test)]
mod tests {
    use super::Change;

    fn apply(change: &str, text: &str) -> Result<String, String> {
        Change::read(change)?.apply(text)
    }

    #[test]
    fn the_old_lines_are_replaced_by_the_new_ones() {
        let change = "# a.rs\n-    two();\n+    if three {\n+    }\n";
        let expected = "one\n    if three {\n    }\nfive\n";
        assert_eq!(
            apply(change, "one\n    two();\nfive\n"),
            Ok(expected.into())
        );
        assert_eq!(apply("# a.rs\n-a\n", "a\nb\n"), Ok("b\n".into()));
    }

    #[test]
    fn context_selects_one_of_several_places_and_stays() {
        let change = "# a.rs\n b\n-x\n\n+y\n";
        assert_eq!(
            apply(change, "a\nx\n\nb\nx\n\n"),
            Ok("a\nx\n\nb\n\ny\n".into())
        );
    }

    #[test]
    fn lines_that_are_not_there_or_there_twice_are_an_error() {
        let change = "# a.rs\n-x\n+y\n";
        let missing = Err("a.rs does not have these lines".into());
        assert_eq!(apply(change, "a\nxx\n x\n"), missing);
        let twice = Err("a.rs has these lines more than once".into());
        assert_eq!(apply(change, "x\na\nx\n"), twice);
    }

    #[test]
    fn a_change_without_a_file_or_without_an_old_line_is_an_error() {
        for change in ["", "-x\n+y\n", "# a.rs\n+y\n", "# a.rs\n-x\n@@ 1\n"] {
            assert!(Change::read(change).is_err(), "{change}");
        }
    }
}
