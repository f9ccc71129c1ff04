use std::num::{NonZeroU16, NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use clap::{Args, Parser, ValueEnum};
use step7_bounded_retry::RetryPolicy;
use step7_bounded_retry::engine::{Jitter, Settings};

/// Fetches many URLs, politely, and says what became of each
#[derive(Parser)]
#[command(name = "asyncfetch", version, after_help = AFTER)]
pub struct Arguments {
    /// What to fetch
    #[arg(value_name = "URL")]
    pub urls: Vec<String>,

    /// Read URLs from this file, after those given
    #[arg(long, value_name = "FILE")]
    pub input: Option<PathBuf>,

    /// Save the bodies in this folder
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Lines for people, or JSON lines
    #[arg(
        long,
        value_enum,
        value_name = "text|ndjson",
        default_value = "text",
        hide_possible_values = true
    )]
    pub format: Format,

    #[command(flatten)]
    pub limits: Limits,

    #[command(flatten)]
    retries: Retries,
}

#[derive(Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// How many requests at a time, in all
    #[arg(long, value_name = "N", allow_hyphen_values = true,
        value_parser = count::<NonZeroUsize>, default_value_t = Settings::default().max_concurrency)]
    concurrency: NonZeroUsize,

    /// How many at a time to one host
    #[arg(long, value_name = "N", allow_hyphen_values = true,
        value_parser = count::<NonZeroUsize>, default_value_t = Settings::default().max_per_host)]
    per_host: NonZeroUsize,

    /// For one attempt
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_parser = some_time, default_value_t = Settings::default().attempt_timeout.into())]
    timeout: humantime::Duration,

    /// For one URL: attempts, waits and all
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_parser = some_time, default_value_t = Settings::default().deadline.into())]
    deadline: humantime::Duration,

    /// The longest body, once decoded
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true,
        value_parser = size, default_value = "64MiB")]
    pub max_body: ByteSize,

    /// How many redirects to follow
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        default_value_t = 10
    )]
    pub max_redirects: u16,
}

#[derive(Args)]
#[command(next_help_heading = "Retries")]
struct Retries {
    /// How often to try a URL, all in all
    #[arg(long, value_name = "N", allow_hyphen_values = true,
        value_parser = count::<NonZeroU32>,
        default_value_t = Settings::default().retry.max_attempts)]
    max_attempts: NonZeroU32,

    /// Delay after the first attempt
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_parser = time, default_value_t = Settings::default().retry.base_delay.into())]
    base_delay: humantime::Duration,

    /// By how much each delay is longer
    #[arg(long, value_name = "FACTOR", allow_hyphen_values = true,
        value_parser = factor, default_value_t = Settings::default().retry.multiplier)]
    multiplier: f64,

    /// No delay grows beyond it
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_parser = time, default_value_t = Settings::default().max_delay.into())]
    max_delay: humantime::Duration,

    /// How random a delay is
    #[arg(
        long,
        value_enum,
        value_name = "full|none",
        default_value = "full",
        hide_possible_values = true
    )]
    jitter: Chance,

    /// The longest Retry-After obeyed
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_parser = time, default_value_t = Settings::default().max_retry_after.into())]
    max_retry_after: humantime::Duration,
}

const AFTER: &str = "\
TIME is 200ms, 1.5s or 2m; SIZE is 64KiB or 10MB.

One URL a line; empty lines and lines that begin with # are passed over. With
neither a URL nor --input, they are read from standard input for as long as it
lasts, and fetched as they come.

The lines go to standard output, progress and the summary to standard error.
Ctrl-C stops, and what was begun still gets its line; again, and it leaves at
once. Exit code: 0 all is well, 1 something failed, 2 wrong usage, 130 stopped.";

#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    Text,
    Ndjson,
}

#[derive(Clone, Copy, ValueEnum)]
enum Chance {
    Full,
    None,
}

impl Arguments {
    pub fn settings(&self) -> Settings {
        Settings {
            max_concurrency: self.limits.concurrency,
            max_per_host: self.limits.per_host,
            retry: RetryPolicy {
                max_attempts: self.retries.max_attempts,
                base_delay: *self.retries.base_delay,
                multiplier: self.retries.multiplier,
            },
            max_delay: *self.retries.max_delay,
            jitter: match self.retries.jitter {
                Chance::Full => Jitter::Full,
                Chance::None => Jitter::None,
            },
            max_retry_after: *self.retries.max_retry_after,
            attempt_timeout: *self.limits.timeout,
            deadline: *self.limits.deadline,
            ..Settings::default()
        }
    }
}

/// Memory grows with the window, and the window with the concurrency.
fn count<N: From<NonZeroU16>>(text: &str) -> Result<N, &'static str> {
    text.parse()
        .ok()
        .filter(|count: &NonZeroU16| count.get() <= 10_000)
        .map(N::from)
        .ok_or("it is a number from 1 to 10000")
}

fn time(text: &str) -> Result<humantime::Duration, &'static str> {
    text.parse()
        .map_err(|_| "a time is written as 200ms, 1.5s or 2m")
}

fn some_time(text: &str) -> Result<humantime::Duration, &'static str> {
    let time = time(text)?;
    if *time == Duration::ZERO {
        return Err("it has to be longer than nothing");
    }
    Ok(time)
}

fn size(text: &str) -> Result<ByteSize, &'static str> {
    text.parse()
        .map_err(|_| "a size is written as 64KiB or 10MB")
}

fn factor(text: &str) -> Result<f64, &'static str> {
    text.parse()
        .ok()
        .filter(|factor: &f64| factor.is_finite() && *factor >= 1.0)
        .ok_or("it is a number from 1 up")
}
