//! The medians and their ratios: a table for people, and the same as JSON.

use std::fmt::{self, Display};
use std::time::SystemTime;

use humantime::format_rfc3339_seconds;
use serde_derive::Serialize;

use super::machine::Machine;
use super::measurements::{Measurement, Quantity};
use crate::style::{BAD, BOLD, DIM, GOOD};

#[derive(Serialize)]
pub struct Report {
    date: String,
    machine: Machine,
    rounds: u32,
    pub measurements: Vec<Section>,
}

#[derive(Serialize)]
pub struct Section {
    name: String,
    quantity: Quantity,
    forms: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    form: String,
    median: Option<f64>,
    /// The first form's median, as a multiple of this one's.
    ratio: Option<f64>,
    /// What the ratio should be at most.
    aim: Option<f64>,
    /// Why there is no median.
    missing: Option<String>,
}

impl Report {
    pub fn new(machine: Machine, rounds: u32) -> Self {
        Self {
            date: format_rfc3339_seconds(SystemTime::now()).to_string(),
            machine,
            rounds,
            measurements: Vec::new(),
        }
    }
}

impl Section {
    /// `samples` has the values of each form, or why it has none.
    pub fn new(measurement: Measurement, samples: Vec<Result<Vec<f64>, String>>) -> Self {
        let mut ours = None;
        let forms = measurement.forms.into_iter().zip(samples);
        let forms = forms.map(|(form, samples)| {
            let (median, missing) = match samples {
                Ok(values) => (Some(median(values)), None),
                Err(reason) => (None, Some(reason)),
            };
            let ratio = ours
                .zip(median)
                .map(|(ours, median): (f64, f64)| ours / median);
            ours = ours.or(median);
            Line {
                form: form.name,
                median,
                ratio,
                aim: form.aim,
                missing,
            }
        });
        Self {
            name: measurement.name,
            quantity: measurement.quantity,
            forms: forms.collect(),
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "{}\n{}", self.date, self.machine)?;
        writeln!(
            f,
            "Medians of {} rounds, in each of which every form ran once. The ratio is the first\n\
             form's figure as a multiple of this one's: below 1.00, the first one needs less.",
            self.rounds
        )?;
        self.measurements
            .iter()
            .try_for_each(|section| write!(f, "\n{section}"))
    }
}

impl Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "{BOLD}{}{BOLD:#}", self.name)?;
        for line in &self.forms {
            write!(f, "  {:<28}", line.form)?;
            if let Some(reason) = &line.missing {
                writeln!(f, "  {DIM}not measured: {reason}{DIM:#}")?;
                continue;
            }
            write!(
                f,
                "  {:>9}",
                self.quantity.human(line.median.unwrap_or_default())
            )?;
            if let Some(ratio) = line.ratio {
                write!(f, "  {ratio:>7.2}")?;
            }
            if let Some((ratio, aim)) = line.ratio.zip(line.aim) {
                let style = if ratio <= aim { GOOD } else { BAD };
                write!(f, "  {style}aim: at most {aim:.2}{style:#}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Quantity {
    fn human(self, value: f64) -> String {
        match self {
            Self::SecondsPerItem if value < 1e-6 => format!("{:.0} ns", value * 1e9),
            Self::SecondsPerItem if value < 1e-3 => format!("{:.2} µs", value * 1e6),
            Self::SecondsPerItem if value < 1.0 => format!("{:.2} ms", value * 1e3),
            Self::SecondsPerItem => format!("{value:.2} s"),
            Self::PeakKibibytes => format!("{:.1} MiB", value / 1024.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::Section;
    use crate::bench::measurements::{Form, Measurement, Quantity};
    use crate::bench::programs::Program;

    fn form(name: &str, aim: Option<f64>) -> Form {
        Form {
            name: name.into(),
            program: Program::TaskGroup,
            argument: "",
            items: 1,
            workers: 0,
            aim,
        }
    }

    #[test]
    fn the_ratio_is_that_of_the_medians_and_a_form_without_one_says_why() {
        let measurement = Measurement {
            name: "work".into(),
            quantity: Quantity::SecondsPerItem,
            once: false,
            forms: vec![
                form("ours", None),
                form("slower", Some(1.0)),
                form("faster", Some(1.0)),
                form("absent", None),
            ],
        };
        let samples = vec![
            Ok(vec![2e-6, 9e-6, 1e-6]),
            Ok(vec![4e-6, 4e-6, 1e-9]),
            Ok(vec![1e-6]),
            Err("there is none".into()),
        ];
        let table = Section::new(measurement, samples).to_string();
        assert_eq!(
            strip_str(&table).to_string(),
            "work\n  \
             ours                            2.00 µs\n  \
             slower                          4.00 µs     0.50  aim: at most 1.00\n  \
             faster                          1.00 µs     2.00  aim: at most 1.00\n  \
             absent                        not measured: there is none\n"
        );
    }
}
