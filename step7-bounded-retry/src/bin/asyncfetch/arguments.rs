use std::ffi::OsString;
use std::num::{NonZeroU16, NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use clap::{Args, Parser, Subcommand, ValueEnum};
use step7_bounded_retry::RetryPolicy;
use step7_bounded_retry::engine::{Jitter, Settings};

use crate::queue;

/// Fetches many URLs, politely, and reports the outcome of each
#[derive(Parser)]
#[command(
    name = "asyncfetch",
    version,
    after_help = AFTER,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub struct Arguments {
    /// URLs to fetch
    #[arg(value_name = "URL")]
    pub urls: Vec<OsString>,

    /// Read more URLs from this file; - is standard input
    #[arg(long, value_name = "FILE")]
    pub input: Option<PathBuf>,

    /// Skip what an earlier run has fetched
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,

    /// Fetch only the hosts of machine K of N
    #[arg(long, value_name = "K/N", value_parser = shard)]
    pub shard: Option<Shard>,

    /// Save the response bodies in this folder
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Output format: text or JSON lines
    #[arg(
        long,
        value_enum,
        value_name = "text|ndjson",
        default_value = "text",
        hide_possible_values = true
    )]
    pub format: Format,

    #[command(flatten)]
    pub fetch: Fetch,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Share a list between machines, through a Redis or Valkey server
    #[command(subcommand)]
    Queue(queue::Command),
}

/// How URLs are fetched.
#[derive(Args)]
pub struct Fetch {
    #[command(flatten)]
    pub requests: Requests,

    #[command(flatten)]
    pub limits: Limits,

    #[command(flatten)]
    retries: Retries,
}

#[derive(Args)]
#[command(next_help_heading = "Requests")]
pub struct Requests {
    /// Send 'Name: value'; may be repeated
    #[arg(long = "header", value_name = "HEADER", allow_hyphen_values = true)]
    pub headers: Vec<String>,

    /// The User-Agent
    #[arg(long, value_name = "NAME", default_value = AGENT)]
    pub user_agent: String,

    /// Ask for the head alone
    #[arg(long, conflicts_with = "output")]
    pub head: bool,
}

const AGENT: &str = concat!("asyncfetch/", env!("CARGO_PKG_VERSION"));

#[derive(Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Maximum concurrent requests in total
    #[arg(long, value_name = "N", allow_hyphen_values = true,
        value_parser = count::<NonZeroUsize>, default_value_t = Settings::default().max_concurrency)]
    concurrency: NonZeroUsize,

    /// Maximum concurrent requests to a host
    #[arg(long, value_name = "N", allow_hyphen_values = true,
        value_parser = count::<NonZeroUsize>, default_value_t = Settings::default().max_per_host)]
    per_host: NonZeroUsize,

    /// Minimum time between its requests
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_parser = duration, default_value_t = Settings::default().host_interval.into())]
    host_interval: humantime::Duration,

    /// Maximum time without its answer
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_parser = positive_duration, default_value_t = Settings::default().host_patience.into())]
    host_patience: humantime::Duration,

    /// Maximum time without progress
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_parser = positive_duration, default_value_t = Settings::default().stall_timeout.into())]
    pub timeout: humantime::Duration,

    /// Time limit of a URL, waits included
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_parser = positive_duration, default_value_t = Settings::default().deadline.into())]
    deadline: humantime::Duration,

    /// Maximum size of a decoded body
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true,
        value_parser = size, default_value = "64MiB")]
    pub max_body: ByteSize,

    /// Maximum redirects to follow
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
    /// Maximum attempts for one URL
    #[arg(long, value_name = "N", allow_hyphen_values = true,
        value_parser = count::<NonZeroU32>,
        default_value_t = Settings::default().retry.max_attempts)]
    max_attempts: NonZeroU32,

    /// Delay after the first attempt
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_parser = duration, default_value_t = Settings::default().retry.base_delay.into())]
    base_delay: humantime::Duration,

    /// Backoff factor
    #[arg(long, value_name = "FACTOR", allow_hyphen_values = true,
        value_parser = factor, default_value_t = Settings::default().retry.multiplier)]
    multiplier: f64,

    /// Maximum backoff delay
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_parser = duration, default_value_t = Settings::default().max_delay.into())]
    max_delay: humantime::Duration,

    /// Randomize the delays
    #[arg(
        long,
        value_enum,
        value_name = "full|none",
        default_value = "full",
        hide_possible_values = true
    )]
    jitter: JitterArg,

    /// Maximum Retry-After that is obeyed
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_parser = duration, default_value_t = Settings::default().max_retry_after.into())]
    max_retry_after: humantime::Duration,
}

const AFTER: &str = "\
TIME is written as 200ms, 1.5s or 2m; SIZE as 64KiB or 10MB.

Input has one URL per line. Empty lines and lines that begin with # are skipped.
Without URLs and without --input, URLs are read from standard input and fetched
as they arrive. A first argument `queue` is the command, and not a URL.

Results go to standard output, progress and a summary to standard error. Ctrl-C
stops the run: URLs in progress are reported as cancelled. A second Ctrl-C exits
at once.

Exit codes: 0 success, 1 something failed, 2 wrong usage, 130 interrupted";

#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    Text,
    Ndjson,
}

#[derive(Clone, Copy, ValueEnum)]
enum JitterArg {
    Full,
    None,
}

impl Fetch {
    pub fn settings(&self) -> Settings {
        Settings {
            max_concurrency: self.limits.concurrency,
            max_per_host: self.limits.per_host,
            host_interval: *self.limits.host_interval,
            host_patience: *self.limits.host_patience,
            retry: RetryPolicy {
                max_attempts: self.retries.max_attempts,
                base_delay: *self.retries.base_delay,
                multiplier: self.retries.multiplier,
            },
            max_delay: *self.retries.max_delay,
            jitter: match self.retries.jitter {
                JitterArg::Full => Jitter::Full,
                JitterArg::None => Jitter::None,
            },
            max_retry_after: *self.retries.max_retry_after,
            stall_timeout: *self.limits.timeout,
            deadline: *self.limits.deadline,
            ..Settings::default()
        }
    }
}

/// One of several machines that share a list.
#[derive(Clone, Copy)]
pub struct Shard {
    /// From 1.
    pub number: u64,
    pub of: u64,
}

fn shard(text: &str) -> Result<Shard, &'static str> {
    text.split_once('/')
        .and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)))
        .filter(|&(number, of)| 1 <= number && number <= of)
        .map(|(number, of)| Shard { number, of })
        .ok_or("must be K/N, such as 2/4")
}

/// Limited, since memory grows with the concurrency.
fn count<N: From<NonZeroU16>>(text: &str) -> Result<N, &'static str> {
    text.parse()
        .ok()
        .filter(|count: &NonZeroU16| count.get() <= 10_000)
        .map(N::from)
        .ok_or("must be a number from 1 to 10000")
}

fn duration(text: &str) -> Result<humantime::Duration, &'static str> {
    text.parse()
        .map_err(|_| "must be a time such as 200ms, 1.5s or 2m")
}

fn positive_duration(text: &str) -> Result<humantime::Duration, &'static str> {
    let duration = duration(text)?;
    if *duration == Duration::ZERO {
        return Err("must be greater than zero");
    }
    Ok(duration)
}

fn size(text: &str) -> Result<ByteSize, &'static str> {
    text.parse()
        .map_err(|_| "must be a size such as 64KiB or 10MB")
}

fn factor(text: &str) -> Result<f64, &'static str> {
    text.parse()
        .ok()
        .filter(|factor: &f64| factor.is_finite() && *factor >= 1.0)
        .ok_or("must be at least 1")
}
