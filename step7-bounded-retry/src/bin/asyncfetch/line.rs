use std::fmt::{self, Display};
use std::io::{self, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use bytesize::ByteSize;
use serde_derive::Serialize;
use step7_bounded_retry::engine::Outcome;

use crate::arguments::Format;

/// One line about one URL.
///
/// # Errors
///
/// If it cannot be written.
pub fn write(out: &mut impl Write, format: Format, outcome: &Outcome<()>) -> io::Result<()> {
    match format {
        Format::Text => for_people(out, outcome)?,
        Format::Ndjson => serde_json::to_writer(&mut *out, &Object::of(outcome))?,
    }
    writeln!(out)?;
    out.flush()
}

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();

fn for_people(out: &mut impl Write, outcome: &Outcome<()>) -> io::Result<()> {
    let (style, mark) = match outcome.result {
        Ok(()) => (GOOD, '✓'),
        Err(_) => (BAD, '✗'),
    };
    let status = outcome.status.as_ref();
    write!(
        out,
        "{style}{mark} {:>3}{style:#} {}× {:>9} {:>7} {}",
        status.map_or("-", |status| status.as_str()),
        outcome.attempts,
        ByteSize(outcome.bytes).to_string(),
        Seconds(outcome.elapsed).to_string(),
        harmless(&outcome.url),
    )?;
    match &outcome.result {
        Ok(()) => Ok(()),
        Err(failure) => write!(out, ": {}", harmless(&failure.to_string())),
    }
}

/// What a stranger wrote must not move the cursor of a terminal, or worse.
fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A time in seconds, to the millisecond.
pub struct Seconds(pub Duration);

impl Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:.3}s", self.0.as_secs_f64())
    }
}

/// The keys stand in the order of the contract.
#[derive(Serialize)]
struct Object<'a> {
    index: u64,
    url: &'a str,
    ok: bool,
    status: Option<u16>,
    attempts: u32,
    bytes: u64,
    elapsed_ms: u128,
    error: Option<Reason>,
}

#[derive(Serialize)]
struct Reason {
    kind: String,
    message: String,
}

impl<'a> Object<'a> {
    fn of(outcome: &'a Outcome<()>) -> Self {
        Self {
            index: outcome.index,
            url: &outcome.url,
            ok: outcome.result.is_ok(),
            status: outcome.status.map(|status| status.as_u16()),
            attempts: outcome.attempts,
            bytes: outcome.bytes,
            elapsed_ms: outcome.elapsed.as_millis(),
            error: outcome.result.as_ref().err().map(|failure| Reason {
                kind: failure.kind().to_string(),
                message: failure.to_string(),
            }),
        }
    }
}
