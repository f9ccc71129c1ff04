//! A console block: commands, and after each of them what it prints on standard output.
//!
//! A line `...` stands for any number of lines, and `[..]` for any text within a line. A command that
//! fails shows its exit code first, as `? 2`.

use std::io::Write;
use std::time::Duration;

use snapbox::IntoData;
use snapbox::filter::NormalizeToExpected;

use crate::lessons::Workspace;
use crate::process::{self, ExitKind};

/// For one command, with the time to build it.
const LIMIT: Duration = Duration::from_secs(600);

/// The block with what its commands print now; gaps stay where they fit. `run` returns what a command
/// prints.
pub fn rerun(
    block: &str,
    mut run: impl FnMut(&str) -> Result<String, String>,
) -> Result<String, String> {
    if !block.starts_with("$ ") {
        return Err("a console block must begin with a command: `$ ...`".into());
    }
    let commands: Vec<_> = block
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .collect();
    if block
        .lines()
        .all(|line| line.is_empty() || line.starts_with("$ "))
    {
        let is_known = |command: &str| {
            let known = ["cargo ", "printf ", "git ", "cd "];
            known.iter().any(|known| command.starts_with(known))
        };
        let unknown = commands.iter().find(|command| !is_known(command));
        return match unknown {
            Some(command) => Err(format!("`{command}` is not a known command")),
            None => Ok(block.into()),
        };
    }
    let mut outputs = Vec::new();
    for command in commands {
        let printed = run(command).map_err(|problem| format!("`{command}`: {problem}"))?;
        let lines = printed.trim_end().lines();
        let lines: String = lines.map(|line| format!("{}\n", line.trim_end())).collect();
        outputs.push(format!("$ {command}\n{lines}"));
    }
    let between = if block.contains("\n\n$ ") { "\n" } else { "" };
    let printed = outputs.join(between).into_data();
    let block = block.into_data();
    let printed = NormalizeToExpected::new()
        .redact()
        .normalize(printed, &block);
    Ok(printed.to_string())
}

/// Runs a `cargo` command without a shell, if need be with the text of a `printf` as its input.
pub fn run(workspace: &Workspace, command: &str) -> Result<String, String> {
    let (arguments, input) = read(command)?;
    let mut cargo = workspace.cargo();
    cargo
        .args(arguments)
        .env("RUST_BACKTRACE", "0")
        .env("CARGO_TERM_COLOR", "never");
    let captured =
        process::capture(&mut cargo, &input, LIMIT).map_err(|error| error.to_string())?;
    match captured.exit {
        ExitKind::Success => Ok(captured.stdout),
        ExitKind::TimedOut => Err("timed out".into()),
        ExitKind::Failed(status) => {
            // Standard error may be closed.
            let _ = write!(anstream::stderr(), "{}", captured.stderr);
            let code = status.code().unwrap_or(1);
            Ok(format!("? {code}\n{}", captured.stdout))
        }
    }
}

/// The arguments of cargo, and the standard input.
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
        [cargo, xtask, pages, ..] if [cargo, xtask, pages] == ["cargo", "xtask", "pages"] => {
            Err("this command would run itself".into())
        }
        [cargo, arguments @ ..] if cargo == "cargo" => Ok((arguments.into(), input)),
        _ => Err("only `cargo` is run here".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{read, rerun};

    fn rerun_with(block: &str, printed: &str) -> String {
        rerun(block, |_| Ok(printed.into())).unwrap_or_else(|problem| problem)
    }

    #[test]
    fn output_is_compared_without_blanks_at_its_end_and_gaps_stay_where_they_fit() {
        for (shown, printed, expected) in [
            ("a\nb\n", "a  \nb\n\n", "a\nb\n"),
            ("a\nb\n", "b\n", "b\n"),
            ("a\n...\nd\n", "a\nb\nc\nd\n", "a\n...\nd\n"),
            (
                "...\nb\n...\nd\n...\n",
                "a\nb\nc\nd\n",
                "...\nb\n...\nd\n...\n",
            ),
            ("a\n...\nd\n", "x\nb\nd\n", "x\n...\nd\n"),
            ("a\n...\nd\n", "a\nb\nc\n", "a\nb\nc\n"),
            ("took [..] ms\n", "took 7 ms\n", "took [..] ms\n"),
        ] {
            let block = |output| format!("$ cargo a\n{output}");
            assert_eq!(rerun_with(&block(shown), printed), block(expected));
        }
        let two = "$ cargo a\n1\n...\n\n$ cargo b\n1\n";
        assert_eq!(
            rerun_with(two, "1\n2\n"),
            "$ cargo a\n1\n...\n\n$ cargo b\n1\n2\n"
        );
    }

    #[test]
    fn commands_without_output_are_not_run_but_must_be_known() {
        let known = "$ git clone x\n$ cd x\n\n$ cargo test\n";
        assert_eq!(rerun(known, |_| Err("was run".into())), Ok(known.into()));
        let problem = rerun_with("$ rm -r x\n", "");
        assert_eq!(problem, "`rm -r x` is not a known command");
        assert!(rerun("out\n$ cargo a\n", |_| Ok("a".into())).is_err());
        let problem = rerun("$ cargo a\n1\n", |_| Err("timed out".into()));
        assert_eq!(problem, Err("`cargo a`: timed out".into()));
    }

    #[test]
    fn only_cargo_is_run_and_printf_is_its_input() {
        let command = r#"printf '{"a": 1}\n2\n' | cargo run -- 'b c' "d""#;
        let arguments = ["run", "--", "b c", "d"].map(String::from).into();
        assert_eq!(read(command), Ok((arguments, "{\"a\": 1}\n2\n".into())));
        for command in [
            "git status",
            "",
            "cargo 'run",
            "cargo run | head",
            "cat file | cargo run",
            "printf '%s' | cargo run",
            "printf a | printf b | cargo run",
            "cargo xtask pages --write",
        ] {
            assert!(read(command).is_err(), "{command}");
        }
    }
}
