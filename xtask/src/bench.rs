//! `cargo xtask bench`: everything that is measured, side by side, in one table.

mod machine;
mod measurements;
mod programs;
mod report;
mod saves;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::style::{DIM, GOOD};
use machine::Machine;
use measurements::Measurement;
use programs::Programs;
use report::{Report, Section};

#[derive(clap::Args)]
pub struct Options {
    /// How often each form runs; the median counts
    #[arg(long, default_value_t = 11, value_parser = clap::value_parser!(u32).range(1..=999))]
    rounds: u32,
    /// Print one JSON object in place of the table
    #[arg(long)]
    json: bool,
}

pub fn bench(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let mut progress = anstream::stderr();
    let programs = Programs::prepare(&workspace)?;

    let mut report = Report::new(Machine::this(programs.python()), options.rounds);
    for measurement in measurements::all() {
        writeln!(
            progress,
            "{GOOD}{:>12}{GOOD:#} {DIM}{}{DIM:#}",
            "Measuring", measurement.name
        )?;
        let section = measure(measurement, &programs, options.rounds)?;
        report.measurements.push(section);
    }

    let mut out = anstream::stdout();
    if options.json {
        let json = serde_json::to_string(&report).map_err(io::Error::from)?;
        writeln!(out, "{json}")?;
    } else {
        write!(out, "{report}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// In each round every form runs once, so that a bad minute of the machine is bad for all of them.
fn measure(measurement: Measurement, programs: &Programs, rounds: u32) -> Result<Section, Failure> {
    let rounds = if measurement.once { 1 } else { rounds };
    let mut samples = vec![Ok(Vec::new()); measurement.forms.len()];
    for _ in 0..rounds {
        for (form, samples) in measurement.forms.iter().zip(&mut samples) {
            let Ok(values) = samples else { continue };
            let sample = match programs.run(form) {
                Err(reason) if form.program.is_ours() => return Err(Failure::failed(reason)),
                sample => sample,
            };
            match sample.and_then(|sample| measurement.quantity.of(&sample, form.items)) {
                Ok(value) => values.push(value),
                Err(reason) => *samples = Err(reason),
            }
        }
    }
    Ok(Section::new(measurement, samples))
}
