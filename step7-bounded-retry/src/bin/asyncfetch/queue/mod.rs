//! `asyncfetch queue`: several machines share one list, through a Redis or Valkey server.
//!
//! - `server.rs`: the connection, and what is tried again.
//! - `keys.rs`: the keys of a queue, and the scripts that change them.
//! - `add.rs`, `work.rs`, `results.rs`: the commands; `status` is here.
//! - `leases.rs`: which partitions a worker owns.

mod add;
mod keys;
mod leases;
mod results;
mod server;
mod work;

use std::collections::HashSet;
use std::io::{self, ErrorKind, Write};

use clap::{Args, Subcommand};
use tokio_util::sync::CancellationToken;

use crate::{FAILED, INTERRUPTED, report_error, signals};
use keys::Queue;
use server::Server;

#[derive(Subcommand)]
pub enum Command {
    /// Add lines; the same input again adds only what is missing
    Add(add::Add),
    /// Fetch lines until all have an outcome; may run on many machines
    Work(Box<work::Work>),
    /// Write the outcomes as JSON lines; ends when every line has one
    Results(results::Results),
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

impl Address {
    fn open(&self) -> Result<Queue, String> {
        let name = self.name.clone();
        Server::open(&self.address).map(|server| Queue { server, name })
    }
}

/// Runs the command, and returns the exit code.
///
/// # Errors
///
/// If an option or the server cannot be used.
pub async fn run(command: &Command) -> Result<u8, String> {
    let interrupted = CancellationToken::new();
    signals::listen(interrupted.clone());
    let run = async {
        match command {
            Command::Add(add) => add::run(add).await,
            Command::Work(work) => work::run(work, &interrupted).await,
            Command::Results(results) => results::run(results).await,
            Command::Status(address) => status(&address.open()?).await,
        }
    };
    tokio::select! {
        biased;
        ended = run => ended,
        // An interrupted worker has to give its leases back.
        () = interrupted.cancelled(), if !matches!(command, Command::Work(_)) => Ok(INTERRUPTED),
    }
}

async fn status(queue: &Queue) -> Result<u8, String> {
    let input = queue.last_input().await?;
    let waiting = queue.waiting().await?;
    let outcomes: u64 = queue.each::<u64>("XLEN", "results").await?.iter().sum();
    let owners: Vec<_> = queue.owners().await?.into_iter().flatten().collect();
    let note = if input.ended {
        ""
    } else {
        " (the last input has not been added to its end)"
    };
    let written = writeln!(
        io::stdout(),
        "lines added          {}{note}\n\
         without an outcome   {waiting}\n\
         with an outcome      {outcomes}\n\
         workers              {}\n\
         partitions owned     {} of {}",
        input.end,
        owners.iter().collect::<HashSet<_>>().len(),
        owners.len(),
        keys::PARTITIONS,
    );
    Ok(written.map_or_else(|error| write_failed(&error), |()| 0))
}

/// A broken pipe (for example `| head`) is quiet.
fn write_failed(error: &io::Error) -> u8 {
    match error.kind() {
        ErrorKind::BrokenPipe => FAILED,
        _ => report_error(FAILED, format!("cannot write to standard output: {error}")),
    }
}
