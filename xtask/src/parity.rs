//! `cargo xtask parity`: the same random scenarios through CPython and through lesson 4.

mod compare;
mod mismatch;
mod scenarios;
mod sides;
mod ties;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use serde_json::Value;

use crate::failure::Failure;
use crate::python::Python;
use crate::style::{BAD, GOOD};
use mismatch::Mismatch;
use sides::Sides;
use ties::TIES;

#[derive(clap::Args)]
#[command(
    after_help = "Exit codes: 0 no mismatch, 1 a mismatch, 2 a line that is no scenario, \
                        3 no suitable Python, and so nothing compared."
)]
pub struct Options {
    /// How many scenarios to compare
    #[arg(long, value_name = "N", default_value_t = 2000)]
    scenarios: usize,
    /// Where the generator begins; the same seed gives the same scenarios
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Compare this scenario instead, as lesson 4 describes it; may be repeated
    #[arg(long = "line", value_name = "LINE", conflicts_with_all = ["scenarios", "seed"])]
    lines: Vec<String>,
    /// The Python to compare with [default: PYTHON, or the first suitable one in the path]
    #[arg(long, value_name = "PATH")]
    python: Option<OsString>,
}

/// So many scenarios at a time are held in memory, with both their answers.
const BATCH: usize = 5000;

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let python = Python::find(options.python.as_deref())
        .map_err(|reason| Failure::no_python(format!("nothing was compared: {reason}")))?;
    let sides = Sides::new(python)?;
    let started = Instant::now();
    let mut tally = Tally::default();
    if options.lines.is_empty() {
        let mut random = fastrand::Rng::with_seed(options.seed);
        while tally.scenarios < options.scenarios {
            let count = BATCH.min(options.scenarios - tally.scenarios);
            let mut lines = Vec::with_capacity(count);
            while lines.len() < count {
                let scenario = scenarios::scenario(&mut random);
                match ties::find(&scenario) {
                    Some(tie) => tally.left_out[tie] += 1,
                    None => lines.push(serde_json::to_string(&scenario).map_err(io::Error::from)?),
                }
            }
            tally.compare(&sides, lines)?;
        }
    } else {
        tally.compare(&sides, options.lines.clone())?;
    }

    let mut out = anstream::stdout();
    if let Some(mismatch) = &tally.shortest {
        mismatch.show(&sides, &mut out)?;
    }
    tally.summarize(&sides.python.name, &mut out)?;
    let seconds = started.elapsed().as_secs_f64();
    let _ = writeln!(anstream::stderr(), "{seconds:.1} s");
    Ok(ExitCode::from(u8::from(tally.mismatches > 0)))
}

/// What has been compared so far, and what has not.
#[derive(Default)]
struct Tally {
    scenarios: usize,
    mismatches: usize,
    /// The one that is easiest to understand.
    shortest: Option<Mismatch>,
    let_go: usize,
    left_out: [usize; TIES.len()],
}

impl Tally {
    fn compare(&mut self, sides: &Sides, lines: Vec<String>) -> Result<(), Failure> {
        let answers = sides.answers(&lines)?;
        for (line, (lesson, cpython)) in lines.into_iter().zip(answers) {
            self.add(line, lesson, cpython);
        }
        Ok(())
    }

    fn add(&mut self, line: String, lesson: Value, cpython: Value) {
        self.scenarios += 1;
        self.let_go += usize::from(compare::lets_go(&lesson));
        let differences = compare::differences(lesson, cpython);
        if differences.is_empty() {
            return;
        }
        self.mismatches += 1;
        let shortest = self.shortest.as_ref();
        if shortest.is_none_or(|shortest| line.len() < shortest.line.len()) {
            self.shortest = Some(Mismatch { line, differences });
        }
    }

    fn summarize(&self, python: &str, out: &mut impl Write) -> io::Result<()> {
        let plural = |count| if count == 1 { "" } else { "s" };
        let count = self.scenarios;
        let scenarios = format!("{count} scenario{}", plural(count));
        let found = match self.mismatches {
            0 => format!("{GOOD}no mismatch{GOOD:#}"),
            1 => format!("{BAD}1 mismatch{BAD:#}"),
            count => format!("{BAD}{count} mismatches{BAD:#}"),
        };
        writeln!(out, "{scenarios} compared with {python}: {found}")?;

        if self.let_go > 0 {
            writeln!(
                out,
                "In {} of them a gather was stopped. CPython cancels its jobs, and in tokio they run on: a known \
                 divergence.",
                self.let_go
            )?;
        }
        if self.left_out.iter().any(|count| *count > 0) {
            writeln!(
                out,
                "Left out, as known divergences that lesson 4's page explains:"
            )?;
        }
        for (tie, count) in TIES.iter().zip(self.left_out) {
            if count > 0 {
                writeln!(out, "  {count:6}  {}", tie.when)?;
            }
        }
        Ok(())
    }
}
