//! Answers scenarios: one JSON object a line on standard input, one a line on standard output.
//!
//! A line that is not a scenario is reported on standard error. The exit code is then 2, after all
//! other lines have been answered.

use std::io;
use std::process::ExitCode;

use step4_compare::answer_scenarios;

fn main() -> ExitCode {
    if std::env::args_os().len() > 1 {
        eprintln!("scenario takes no arguments: it reads scenarios from standard input");
        return ExitCode::from(2);
    }
    match answer_scenarios(io::stdin().lock(), io::stdout().lock(), io::stderr()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        // The reader has closed the pipe, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write the answers: {error}");
            ExitCode::FAILURE
        }
    }
}
