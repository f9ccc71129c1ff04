//! Draws the built-in scenarios: `timeline [SCENARIO] [--json] [--svg FILE]`.

use std::io::{self, Write};
use std::process::ExitCode;

use step4_compare::{Scenario, Timeline, lanes, svg};

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, message)) => {
            eprintln!("{message}");
            ExitCode::from(code)
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), (u8, String)> {
    let (mut wanted, mut json, mut file) = (None, false, None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => json = true,
            "--svg" => {
                file = Some(
                    arguments
                        .next()
                        .ok_or((2, "--svg needs a file to write".to_owned()))?,
                );
            }
            option if option.starts_with('-') => {
                return Err((
                    2,
                    format!("unknown option {option}; there are --json and --svg FILE"),
                ));
            }
            _ if wanted.is_some() => return Err((2, "one scenario at a time".to_owned())),
            _ => wanted = Some(argument),
        }
    }

    let mut scenarios = Scenario::built_in();
    if let Some(wanted) = wanted {
        let names: Vec<_> = scenarios
            .iter()
            .map(|scenario| scenario.name.clone())
            .collect();
        scenarios.retain(|scenario| scenario.name == wanted);
        if scenarios.is_empty() {
            let names = names.join(", ");
            return Err((
                2,
                format!("there is no scenario {wanted:?}; there are {names}"),
            ));
        }
    }

    let timelines: Vec<Timeline> = scenarios.iter().flat_map(Scenario::play).collect();
    if let Some(file) = &file {
        std::fs::write(file, svg(&timelines))
            .map_err(|error| (1, format!("cannot write {file}: {error}")))?;
    }
    let answer = match (json, &file) {
        (true, _) => timelines
            .iter()
            .map(|timeline| timeline.to_json() + "\n")
            .collect(),
        (false, None) => lanes(&timelines) + "\n",
        (false, Some(_)) => String::new(),
    };
    match io::stdout().write_all(answer.as_bytes()) {
        // Whoever read it has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| (1, error.to_string())),
    }
}
