//! `asyncfetch`: fetches many URLs, politely, and says what became of each.

mod arguments;
mod client;
mod folder;
mod input;
mod line;
mod lines;
mod progress;
mod run;
mod signals;
mod summary;

use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use arguments::Arguments;
use clap::Parser;
use tokio::runtime::Runtime;

const FAILED: u8 = 1;
const UNUSABLE: u8 = 2;
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return complain(FAILED, format!("cannot begin: {error}")).into(),
    };
    let ended = runtime.block_on(run::run(&arguments));
    // A name that is being looked up cannot be cancelled, and is not waited for.
    runtime.shutdown_background();
    ended.unwrap_or_else(|why| complain(UNUSABLE, why)).into()
}

/// Says what is wrong, where there is somebody to hear it, and gives the exit code back.
fn complain(code: u8, what: impl Display) -> u8 {
    const BAD: Style = AnsiColor::Red.on_default().bold();
    say(format_args!("{BAD}error{BAD:#}: {what}"));
    code
}

fn say(what: impl Display) {
    let _ = writeln!(anstream::stderr(), "{what}");
}
