//! A command of a page, taken apart without a shell: the same on every system.

/// A `cargo` command, and what a `printf` in front of it feeds it.
#[derive(Debug, PartialEq)]
pub struct CommandLine {
    /// Without `cargo` itself.
    pub arguments: Vec<String>,
    pub input: Option<String>,
}

/// Whether a reader can be told to type this, though it is not run here.
pub fn is_known(command: &str) -> bool {
    ["cargo ", "printf ", "git ", "cd "]
        .iter()
        .any(|known| command.starts_with(known))
}

impl CommandLine {
    pub fn read(command: &str) -> Result<Self, String> {
        let mut stages = stages(command)?;
        let words = stages.pop().unwrap_or_default();
        let input = match stages.as_slice() {
            [] => None,
            [feed] => Some(printf(feed)?),
            _ => return Err(format!("`{command}` has more than one pipe")),
        };
        let mut words = words.into_iter();
        if words.next().as_deref() != Some("cargo") {
            return Err(format!("`{command}` cannot be run here: it is not cargo"));
        }
        Ok(Self {
            arguments: words.collect(),
            input,
        })
    }
}

/// The words of each part between pipes.
fn stages(command: &str) -> Result<Vec<Vec<String>>, String> {
    let mut stages = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next() {
                        None => return Err(format!("`{command}` has an open quote")),
                        Some(end) if end == character => break,
                        Some('\\') if character == '"' => {
                            let escaped = characters.next();
                            if !matches!(escaped, Some('"' | '\\')) {
                                word.push('\\');
                            }
                            word.extend(escaped);
                        }
                        Some(other) => word.push(other),
                    }
                }
            }
            '<' | '>' | '&' | ';' | '$' | '`' | '\\' | '*' | '(' | ')' => {
                return Err(format!("`{command}` needs a shell, for its `{character}`"));
            }
            '|' => {
                end_word(&mut stages, &mut word);
                stages.push(Vec::new());
            }
            blank if blank.is_whitespace() => end_word(&mut stages, &mut word),
            other => word.get_or_insert_default().push(other),
        }
    }
    end_word(&mut stages, &mut word);
    Ok(stages)
}

fn end_word(stages: &mut [Vec<String>], word: &mut Option<String>) {
    if let Some(stage) = stages.last_mut() {
        stage.extend(word.take());
    }
}

/// What `printf` with one text prints. Of its escapes, `\n` and `\\` are known.
fn printf(words: &[String]) -> Result<String, String> {
    let [program, text] = words else {
        return Err("only `printf` with one text can stand before a pipe".into());
    };
    if program != "printf" {
        return Err(format!("`{program}` cannot stand before a pipe"));
    }
    let mut printed = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => printed.push('\n'),
                Some('\\') => printed.push('\\'),
                _ => return Err("this `printf` uses an escape other than `\\n` and `\\\\`".into()),
            },
            '%' => match characters.next() {
                Some('%') => printed.push('%'),
                _ => return Err("this `printf` has a format in its text".into()),
            },
            other => printed.push(other),
        }
    }
    Ok(printed)
}

#[cfg(test)]
mod tests {
    use super::{CommandLine, is_known};

    fn arguments(command: &str) -> Result<Vec<String>, String> {
        CommandLine::read(command).map(|line| line.arguments)
    }

    #[test]
    fn words_are_split_at_blanks_and_quotes_keep_them_together() {
        let words = arguments(r#"cargo run  -- 'a b' "c \" \d" e'f'"g" '' "#);
        let expected = ["run", "--", "a b", r#"c " \d"#, "efg", ""];
        assert_eq!(words, Ok(expected.map(String::from).into()));
    }

    #[test]
    fn printf_before_a_pipe_is_the_input() {
        let line = CommandLine::read(r#"printf '{"a": "\\n|"}\n100%%\n' | cargo run -q"#);
        let expected = CommandLine {
            arguments: vec!["run".into(), "-q".into()],
            input: Some("{\"a\": \"\\n|\"}\n100%\n".into()),
        };
        assert_eq!(line, Ok(expected));
    }

    #[test]
    fn what_needs_a_shell_is_an_error() {
        for command in [
            "cargo run > file",
            "cargo a && cargo b",
            "cargo run $HOME",
            "cargo run | head",
            "cat file | cargo run",
            "printf a | printf b | cargo run",
            "printf '%s' | cargo run",
            "cargo 'run",
        ] {
            assert!(arguments(command).is_err(), "{command}");
        }
    }

    #[test]
    fn only_cargo_is_run() {
        assert!(arguments("git status").is_err());
        assert!(arguments("").is_err());
    }

    #[test]
    fn a_reader_can_be_told_to_clone_and_to_change_the_folder() {
        assert!(is_known("git clone https://example.com/lessons"));
        assert!(is_known("cd lessons"));
        assert!(!is_known("rm -r lessons"));
    }
}
