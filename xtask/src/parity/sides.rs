//! The two that are compared: lesson 4, and a program for CPython. Both read the same lines.

use std::io;
use std::process::Command;
use std::thread;

use serde_json::Value;

use crate::ask::ask;
use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::python::Python;

pub struct Sides {
    workspace: Workspace,
    pub python: Python,
}

impl Sides {
    /// Builds the lesson.
    pub fn new(python: Python) -> Result<Self, Failure> {
        let workspace = Workspace::find()?;
        let mut command = workspace.cargo();
        command.args(["build", "-p", "step4-compare"]);
        command.args(["--example", "scenario", "--example", "timeline"]);
        let status = command.stdout(io::stderr()).status();
        let built =
            status.map_err(|error| Failure::failed(format!("cannot run cargo: {error}")))?;
        if built.success() {
            Ok(Self { workspace, python })
        } else {
            Err(Failure::failed("lesson 4 could not be built"))
        }
    }

    /// Both answers to each line, the lesson's first.
    pub fn answers(&self, lines: &[String]) -> Result<Vec<(Value, Value)>, Failure> {
        let input = lines.join("\n") + "\n";
        let (lesson, cpython) = thread::scope(|scope| {
            let cpython = scope.spawn(|| answers(self.cpython(), &input, lines.len()));
            (
                answers(self.lesson("scenario"), &input, lines.len()),
                cpython.join().expect("it reports its failures"),
            )
        });
        // The lesson first: it says what is wrong with a line.
        Ok(lesson?.into_iter().zip(cpython?).collect())
    }

    /// The lesson's timelines of a scenario and CPython's, one for each mode, as lines of JSON.
    pub fn timelines(&self, line: &str) -> Result<[String; 2], Failure> {
        let mut lesson = self.lesson("timeline");
        lesson.args(["--json", "--line", line]);
        let mut cpython = self.cpython();
        cpython.arg("--timelines");
        Ok([ask(lesson, "")?, ask(cpython, line)?])
    }

    /// Draws timelines, whichever side they are from.
    pub fn draw(&self, timelines: &str) -> Result<String, Failure> {
        let mut draw = self.lesson("timeline");
        draw.arg("--read");
        ask(draw, timelines)
    }

    fn lesson(&self, example: &str) -> Command {
        let mut command = self.workspace.cargo();
        command.args(["run", "-q", "-p", "step4-compare", "--example", example]);
        command.arg("--");
        command
    }

    fn cpython(&self) -> Command {
        let mut command = self.python.command();
        let program = "xtask/src/parity/asyncio_answers.py";
        command.arg(self.workspace.root.join(program));
        command
    }
}

/// One answer for each of so many lines.
fn answers(command: Command, input: &str, count: usize) -> Result<Vec<Value>, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let unreadable = |what| Failure::failed(format!("{program} gave {what}"));
    let answers = ask(command, input)?;
    let answers: Result<Vec<_>, _> = answers.lines().map(serde_json::from_str).collect();
    let answers =
        answers.map_err(|error| unreadable(format!("an answer that is not JSON: {error}")))?;
    if answers.len() == count {
        Ok(answers)
    } else {
        let answers = answers.len();
        Err(unreadable(format!("{answers} answers to {count} lines")))
    }
}
