//! A console block: `cargo` commands, and after each of them what it prints on standard output.
//!
//! A line `...` stands for any number of lines, and `[..]` for any text within a line.

use snapbox::IntoData;
use snapbox::filter::NormalizeToExpected;

use crate::lessons::Workspace;
use crate::process;

/// The block with what its commands print now; gaps stay where they fit. A block without any output
/// stays as it is.
pub fn rerun(block: &str, workspace: &Workspace) -> Result<String, String> {
    if !block.starts_with("$ ") {
        return Err("a console block must begin with a command: `$ ...`".into());
    }
    let is_output = |line: &str| !line.is_empty() && !line.starts_with("$ ");
    if !block.lines().any(is_output) {
        return Ok(block.into());
    }
    let mut outputs = Vec::new();
    for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let printed = run(command, workspace).map_err(|error| format!("`{command}`: {error}"))?;
        let mut output = format!("$ {command}\n");
        // A page shows the results of the tests only.
        let is_test = command.starts_with("cargo test ");
        for line in printed.trim_end().lines().map(str::trim_end) {
            if !is_test || !(line.is_empty() || line.starts_with("running ")) {
                output = output + line + "\n";
            }
        }
        outputs.push(output);
    }
    let between = if block.contains("\n\n$ ") { "\n" } else { "" };
    let printed = outputs.join(between).into_data();
    let printed = NormalizeToExpected::new()
        .redact()
        .normalize(printed, &block.into_data());
    Ok(printed.to_string())
}

fn run(command: &str, workspace: &Workspace) -> Result<String, String> {
    let (arguments, input) = read(command)?;
    let mut cargo = workspace.cargo();
    cargo
        .args(arguments)
        .env("RUST_BACKTRACE", "0")
        // So the tests are always in the same order.
        .env("RUST_TEST_THREADS", "1")
        .env("CARGO_TERM_COLOR", "never");
    process::output(&mut cargo, &input).map_err(|failure| failure.message)
}

/// The arguments of cargo, and the standard input. There is no shell, so this is the same on every
/// system.
fn read(command: &str) -> Result<(Vec<String>, String), String> {
    let words = shlex::split(command).ok_or("a quote is not closed")?;
    let stages: Vec<_> = words.split(|word| word == "|").collect();
    let (input, command) = match stages[..] {
        [command] => (String::new(), command),
        [[printf, text], command] if printf == "printf" => (text.replace("\\n", "\n"), command),
        _ => return Err("only `printf TEXT` may be before a pipe".into()),
    };
    if input.contains(['\\', '%']) {
        return Err("of the escapes of `printf`, only `\\n` is known".into());
    }
    match command {
        [cargo, arguments @ ..] if cargo == "cargo" => {
            if arguments.starts_with(&["xtask".into(), "pages".into()]) {
                return Err("this command would run itself".into());
            }
            Ok((arguments.into(), input))
        }
        _ => Err("only `cargo` is run here".into()),
    }
}
