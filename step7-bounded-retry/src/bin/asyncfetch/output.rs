use std::borrow::Cow;
use std::fmt::{self, Display};
use std::io::{self, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use bytesize::ByteSize;
use serde_derive::Serialize;
use step7_bounded_retry::engine::Outcome;

use crate::arguments::Format;

/// Writes the line of one URL, and flushes.
///
/// # Errors
///
/// If the line cannot be written.
pub fn write(
    out: &mut impl Write,
    format: Format,
    outcome: &Outcome<Option<String>>,
) -> io::Result<()> {
    match format {
        Format::Text => write_text(out, outcome)?,
        Format::Ndjson => out.write_all(object(outcome, None).as_bytes())?,
    }
    writeln!(out)?;
    out.flush()
}

/// The object of one URL, and the name of the worker of a queue that fetched it.
pub fn object(outcome: &Outcome<Option<String>>, worker: Option<&str>) -> String {
    serde_json::to_string(&Object::new(outcome, worker)).expect("it has no maps")
}

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();

fn write_text(out: &mut impl Write, outcome: &Outcome<Option<String>>) -> io::Result<()> {
    let (style, mark) = match outcome.result {
        Ok(_) => (GOOD, '✓'),
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
        escape_control_chars(&without_user(&outcome.url)),
    )?;
    match &outcome.result {
        Ok(_) => Ok(()),
        Err(failure) => write!(out, ": {}", escape_control_chars(&failure.to_string())),
    }
}

/// URLs and messages contain text from outside, which must not control the terminal, nor turn around
/// what stands behind it.
fn escape_control_chars(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{61C}'
            | '\u{200E}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}' => escaped.extend(character.escape_unicode()),
            _ if character.is_control() => escaped.extend(character.escape_default()),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// The URL without its user and password: either may be a secret.
pub fn without_user(url: &str) -> Cow<'_, str> {
    let is_slash = |character| matches!(character, '/' | '\\');
    // For http and https, the parser accepts any number of slashes.
    let scheme = url.split_once(':').filter(|(scheme, rest)| {
        rest.starts_with(is_slash) || ["http", "https"].contains(&&*scheme.to_ascii_lowercase())
    });
    let authority = match scheme {
        Some((_, rest)) => rest,
        None if url.starts_with("//") => url,
        None => return url.into(),
    };
    let authority = authority.trim_start_matches(is_slash);
    let end = authority
        .find(['/', '?', '#', '\\'])
        .unwrap_or(authority.len());
    let Some(user) = authority[..end].rfind('@') else {
        return url.into();
    };
    let start = url.len() - authority.len();
    format!("{}***{}", &url[..start], &authority[user..]).into()
}

/// Displays a duration in seconds, to the millisecond.
pub struct Seconds(pub Duration);

impl Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:.3}s", self.0.as_secs_f64())
    }
}

/// The keys are in the order that the contract gives.
#[derive(Serialize)]
struct Object<'a> {
    index: u64,
    url: &'a str,
    ok: bool,
    status: Option<u16>,
    attempts: u32,
    bytes: u64,
    elapsed_ms: u128,
    file: Option<&'a str>,
    error: Option<ErrorObject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worker: Option<&'a str>,
}

#[derive(Serialize)]
struct ErrorObject {
    kind: String,
    message: String,
}

impl<'a> Object<'a> {
    fn new(outcome: &'a Outcome<Option<String>>, worker: Option<&'a str>) -> Self {
        Self {
            index: outcome.index,
            url: &outcome.url,
            ok: outcome.result.is_ok(),
            status: outcome.status.map(|status| status.as_u16()),
            attempts: outcome.attempts,
            bytes: outcome.bytes,
            elapsed_ms: outcome.elapsed.as_millis(),
            file: outcome
                .result
                .as_ref()
                .ok()
                .and_then(|file| file.as_deref()),
            error: outcome.result.as_ref().err().map(|failure| ErrorObject {
                kind: failure.kind().to_string(),
                message: failure.to_string(),
            }),
            worker,
        }
    }
}
