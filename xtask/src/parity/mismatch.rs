//! A scenario in which the two differ, for whoever has to find out why.

use std::io::Write;

use serde_json::Value;

use super::compare::Difference;
use super::sides::Sides;
use crate::failure::Failure;
use crate::style::{BAD, BOLD};

pub struct Mismatch {
    pub line: String,
    pub differences: Vec<Difference>,
}

impl Mismatch {
    /// Shows the fields that differ, the timelines of their modes, and how to see this again.
    pub fn show(&self, sides: &Sides, out: &mut impl Write) -> Result<(), Failure> {
        let line = &self.line;
        let names = ["lesson 4", &sides.python.name];
        writeln!(out, "{BAD}They differ{BAD:#} in this scenario:\n{line}\n")?;
        for Difference { field, values } in &self.differences {
            writeln!(out, "{BOLD}{field}{BOLD:#}")?;
            for (name, value) in names.iter().zip(values) {
                writeln!(out, "  {name:14}  {value}")?;
            }
        }
        for (name, timelines) in names.iter().zip(sides.timelines(line)?) {
            let drawn = sides.draw(&self.of_modes_that_differ(&timelines))?;
            writeln!(out, "\n{BOLD}{name}{BOLD:#}\n\n{}", drawn.trim_end())?;
        }

        // For a shell: within single quotes nothing is special but the single quote.
        let quoted = line.replace('\'', r"'\''");
        writeln!(
            out,
            "\nTo repeat it:\n    {BOLD}cargo xtask parity --line '{quoted}'{BOLD:#}\n"
        )?;
        Ok(())
    }

    fn of_modes_that_differ(&self, timelines: &str) -> String {
        let differ = |timeline: &Value| {
            let mode = timeline["mode"].as_str();
            self.differences
                .iter()
                .any(|found| Some(found.mode()) == mode)
        };
        let timelines = timelines
            .lines()
            .filter(|line| serde_json::from_str(line).is_ok_and(|timeline| differ(&timeline)));
        timelines.collect::<Vec<_>>().join("\n")
    }
}
