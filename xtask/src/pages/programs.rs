//! Runs the commands of the pages: in the workspace, or in a copy of it that has been broken.

use std::collections::HashMap;
use std::env;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::slice;

use super::command_line::CommandLine;
use crate::change::Change;
use crate::lessons::{self, Workspace};
use crate::scratch::Scratch;

pub struct Programs<'w> {
    workspace: &'w Workspace,
    /// What was run already, by the command as it stands on the page.
    answers: HashMap<String, Answer>,
    scratch: Option<Scratch>,
}

/// What a program printed, without blanks at the ends of lines and blank lines at the end.
#[derive(Clone)]
pub struct Answer {
    pub stdout: Vec<String>,
    pub stderr: Vec<String>,
    pub success: bool,
}

impl<'w> Programs<'w> {
    pub fn new(workspace: &'w Workspace) -> Self {
        Self {
            workspace,
            answers: HashMap::new(),
            scratch: None,
        }
    }

    /// Runs a command of a page, unless its answer is known already. `starts` is told first.
    pub fn answer(
        &mut self,
        shown: &str,
        command_line: &CommandLine,
        starts: impl FnOnce(),
    ) -> Result<Answer, String> {
        if let Some(answer) = self.answers.get(shown) {
            return Ok(answer.clone());
        }
        let mut command = match command_line.arguments.split_first() {
            Some((first, arguments)) if first == "xtask" => ourselves(arguments)?,
            _ => {
                let mut command = lessons::cargo();
                command.args(&command_line.arguments);
                command
            }
        };
        command.current_dir(&self.workspace.root);
        starts();
        let answer = run(command, command_line.input.as_deref())
            .map_err(|error| format!("`{shown}` cannot be run: {error}"))?;
        self.answers.insert(shown.into(), answer.clone());
        Ok(answer)
    }

    /// Runs a command in a copy of the workspace with this change in it.
    pub fn broken(
        &mut self,
        change: &Change,
        command_line: &CommandLine,
    ) -> Result<Answer, String> {
        let scratch = if let Some(scratch) = &self.scratch {
            scratch
        } else {
            let copy = Scratch::copy(self.workspace)
                .map_err(|error| format!("the workspace cannot be copied: {error}"))?;
            self.scratch.insert(copy)
        };
        let mut command = scratch.cargo();
        command.args(&command_line.arguments);
        scratch
            .with(slice::from_ref(change), || {
                run(command, command_line.input.as_deref())
            })?
            .map_err(|error| format!("it cannot be run: {error}"))
    }
}

/// This same program. By way of cargo it would wait for the lock that the first one may hold, and a
/// new build of it cannot replace one that runs, on Windows.
fn ourselves(arguments: &[String]) -> Result<Command, String> {
    if arguments.first().is_some_and(|first| first == "pages") {
        return Err("a page that checks the pages would never end".into());
    }
    let program = env::current_exe().map_err(|error| format!("where is this program? {error}"))?;
    let mut command = Command::new(program);
    command.args(arguments);
    Ok(command)
}

fn run(mut command: Command, input: Option<&str>) -> io::Result<Answer> {
    command
        .env("RUST_BACKTRACE", "0")
        .env("CARGO_TERM_COLOR", "never")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.stdin(if input.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    });
    let mut child = command.spawn()?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        // A program that stops reading has said all in its answer.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output()?;
    Ok(Answer {
        stdout: lines(&output.stdout),
        stderr: lines(&output.stderr),
        success: output.status.success(),
    })
}

fn lines(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output);
    text.trim_end()
        .lines()
        .map(|line| line.trim_end().into())
        .collect()
}
