//! `asyncfetch queue`: several machines share one list, through a Redis or Valkey server.
//!
//! - `server.rs`: the connection, and what is tried again.
//! - `keys.rs`: the keys of a queue, and the scripts that change them.
//! - `meta.rs`: how far a list has been added.
//! - `add.rs`, `work.rs`, `results.rs`: the commands; `status` is here.
//! - `leases.rs`: which partitions a worker owns.
//! - `writer.rs`: outcomes, on their way to the server.

mod add;
mod keys;
mod leases;
mod meta;
mod results;
mod server;
mod work;
mod writer;

use std::io::{self, Write};
use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use tokio_util::sync::CancellationToken;

use crate::arguments::Fetch;
use crate::{FAILED, INTERRUPTED, report_error, signals};
use keys::Queue;

#[derive(Subcommand)]
pub enum Command {
    /// Add lines; the same input again adds only what is missing
    Add(Add),
    /// Fetch lines until all have an outcome; may run on many machines
    Work(Box<Work>),
    /// Write the outcomes as JSON lines; ends when every line has one
    Results(Results),
    /// Count the lines, outcomes and workers
    Status(Address),
}

#[derive(Args)]
pub struct Address {
    #[arg(
        value_name = "QUEUE",
        help = "redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]; rediss:// for TLS"
    )]
    address: String,

    /// Name of the queue on its server
    #[arg(long, value_name = "NAME", default_value = "asyncfetch", value_parser = keys::name)]
    name: String,
}

#[derive(Args)]
pub struct Add {
    #[command(flatten)]
    queue: Address,

    /// File of the lines; - is standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    input: PathBuf,

    /// Wait while so many lines are queued
    #[arg(long, value_name = "N", default_value = "1000000")]
    max_queued: NonZeroU64,
}

#[derive(Args)]
pub struct Work {
    #[command(flatten)]
    queue: Address,

    /// Wait for more lines when all have an outcome
    #[arg(long)]
    follow: bool,

    /// Save the response bodies in this folder, on this machine
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,

    #[command(flatten)]
    fetch: Fetch,
}

#[derive(Args)]
pub struct Results {
    #[command(flatten)]
    queue: Address,

    /// Also wait for the lines that are still to be added
    #[arg(long)]
    follow: bool,
}

/// Runs the command, and returns the exit code.
///
/// # Errors
///
/// If an option or the server cannot be used.
pub async fn run(command: &Command) -> Result<u8, String> {
    let interrupted = CancellationToken::new();
    signals::listen(interrupted.clone());
    let open = |address: &Address| Queue::open(&address.address, &address.name);
    if let Command::Work(work) = command {
        // An interrupted worker has to give its leases back.
        return work::run(open(&work.queue)?, work, interrupted).await;
    }
    let command = async {
        match command {
            Command::Add(add) => add::run(&open(&add.queue)?, add).await,
            Command::Results(results) => results::run(&open(&results.queue)?, results).await,
            Command::Status(address) => status(&open(address)?).await,
            Command::Work(_) => unreachable!("it has been run"),
        }
    };
    tokio::select! {
        biased;
        ended = command => ended,
        () = interrupted.cancelled() => Ok(INTERRUPTED),
    }
}

async fn status(queue: &Queue) -> Result<u8, String> {
    let meta = queue.meta().await?.unwrap_or_default();
    let (waiting, outcomes) = (queue.waiting().await?, queue.outcomes().await?);
    let (workers, owned) = (queue.workers().await?, queue.owned().await?);
    let note = if meta.ended {
        ""
    } else {
        " (the last input has not been added to its end)"
    };
    let written = writeln!(
        io::stdout(),
        "lines added          {}{note}\n\
         without an outcome   {waiting}\n\
         with an outcome      {outcomes}\n\
         workers              {workers}\n\
         partitions owned     {owned} of {}",
        meta.added,
        keys::PARTITIONS,
    );
    Ok(match written {
        Ok(()) => 0,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => FAILED,
        Err(error) => report_error(FAILED, format!("cannot write to standard output: {error}")),
    })
}
