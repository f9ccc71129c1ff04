//! `asyncfetch`: fetches many URLs, politely, and reports the outcome of each.

mod arguments;
mod attempts;
mod body_store;
mod client;
mod input;
mod limits;
mod line_reader;
mod output;
mod progress;
mod queue;
mod run;
mod selection;
mod signals;
mod summary;

use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use arguments::{Arguments, Command};
use clap::Parser;
use tokio::runtime::Runtime;

const FAILED: u8 = 1;
const USAGE_ERROR: u8 = 2;
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage_error(&error),
    };
    limits::block_on_standard_streams();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return report_error(FAILED, format!("cannot start: {error}")).into(),
    };
    let ended = match &arguments.command {
        None => runtime.block_on(run::run(&arguments)),
        Some(Command::Queue(command)) => runtime.block_on(queue::run(command)),
    };
    // A DNS lookup cannot be cancelled, and the exit does not wait for it.
    runtime.shutdown_background();
    ended
        .unwrap_or_else(|error| report_error(USAGE_ERROR, error))
        .into()
}

/// Prints what is wrong with the arguments, or the help. An argument is repeated without user and password.
fn usage_error(error: &clap::Error) -> ExitCode {
    let mut text = error.render().ansi().to_string();
    for argument in std::env::args_os() {
        let argument = argument.to_string_lossy();
        text = text.replace(&*argument, &output::without_user(&argument));
    }
    if error.use_stderr() {
        let _ = write!(anstream::stderr(), "{text}");
        return USAGE_ERROR.into();
    }
    let _ = write!(anstream::stdout(), "{text}");
    ExitCode::SUCCESS
}

/// Prints an error on standard error, and returns `code`.
fn report_error(code: u8, error: impl Display) -> u8 {
    const BAD: Style = AnsiColor::Red.on_default().bold();
    eprint_line(format_args!("{BAD}error{BAD:#}: {error}"));
    code
}

/// `eprintln!` would panic if standard error is closed.
fn eprint_line(line: impl Display) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
