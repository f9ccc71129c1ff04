//! A console block: commands, and behind each of them what it prints.

use super::compare::is_gap;
use crate::page::Fence;

#[derive(Debug, PartialEq)]
pub struct Transcript {
    pub exchanges: Vec<Exchange>,
}

#[derive(Debug, PartialEq)]
pub struct Exchange {
    pub line: usize,
    pub command: String,
    pub output: Vec<String>,
    /// The blank lines behind the output. They count for the eye alone.
    blanks: usize,
}

impl Transcript {
    pub fn read(fence: &Fence) -> Result<Self, String> {
        let mut exchanges: Vec<Exchange> = Vec::new();
        for (index, line) in fence.lines.iter().enumerate() {
            if let Some(command) = line.strip_prefix("$ ") {
                exchanges.push(Exchange {
                    line: fence.line + 1 + index,
                    command: command.trim().into(),
                    output: Vec::new(),
                    blanks: 0,
                });
            } else if let Some(exchange) = exchanges.last_mut() {
                exchange.output.push(line.trim_end().into());
            } else {
                return Err("a console block begins with a command: `$ ...`".into());
            }
        }
        if exchanges.is_empty() {
            return Err("this console block has no command".into());
        }
        for exchange in &mut exchanges {
            while exchange.output.last().is_some_and(String::is_empty) {
                exchange.output.pop();
                exchange.blanks += 1;
            }
        }
        Ok(Self { exchanges })
    }

    pub fn shows_output(&self) -> bool {
        self.exchanges
            .iter()
            .any(|exchange| !exchange.output.is_empty())
    }

    pub fn has_gaps(&self) -> bool {
        self.exchanges
            .iter()
            .flat_map(|exchange| &exchange.output)
            .any(|line| is_gap(line))
    }

    /// The lines of the block, with these outputs in place of its own.
    pub fn with_output(&self, outputs: &[Vec<String>]) -> Vec<String> {
        let mut lines = Vec::new();
        for (exchange, output) in self.exchanges.iter().zip(outputs) {
            lines.push(format!("$ {}", exchange.command));
            lines.extend_from_slice(output);
            lines.extend(vec![String::new(); exchange.blanks]);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::Transcript;
    use crate::page::Fence;

    fn read(lines: &[&str]) -> Result<Transcript, String> {
        Transcript::read(&Fence {
            line: 10,
            margin: String::new(),
            lines: lines.iter().map(ToString::to_string).collect(),
        })
    }

    #[test]
    fn what_follows_a_command_is_its_output() -> Result<(), String> {
        let transcript = read(&["$ cargo a", "1", "", "2  ", "", "$ cargo b", "3"])?;
        let [a, b] = transcript.exchanges.as_slice() else {
            return Err("two commands".into());
        };
        assert_eq!((a.line, a.command.as_str()), (11, "cargo a"));
        assert_eq!(a.output, ["1", "", "2"]);
        assert_eq!((b.line, b.command.as_str()), (16, "cargo b"));
        assert_eq!(b.output, ["3"]);
        assert!(transcript.shows_output());
        Ok(())
    }

    #[test]
    fn commands_alone_show_no_output() -> Result<(), String> {
        assert!(!read(&["$ cargo a", "", "$ cargo b"])?.shows_output());
        Ok(())
    }

    #[test]
    fn three_dots_are_a_gap() -> Result<(), String> {
        assert!(read(&["$ cargo a", "..."])?.has_gaps());
        assert!(!read(&["$ cargo a", "test ... ok"])?.has_gaps());
        Ok(())
    }

    #[test]
    fn output_before_any_command_is_an_error() {
        assert!(read(&["out", "$ cargo a"]).is_err());
        assert!(read(&[]).is_err());
    }

    #[test]
    fn new_output_keeps_the_blank_lines_between_commands() -> Result<(), String> {
        let transcript = read(&["$ cargo a", "old", "", "$ cargo b", "old"])?;
        let outputs = [vec!["1".to_string()], vec!["2".into(), "3".into()]];
        assert_eq!(
            transcript.with_output(&outputs),
            ["$ cargo a", "1", "", "$ cargo b", "2", "3"]
        );
        Ok(())
    }
}
