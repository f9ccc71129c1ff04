use std::io::{self, BufWriter, Write};
use std::mem;
use std::time::Duration;

use clap::Args;
use redis::pipe;
use serde_derive::Deserialize;
use tokio::time::sleep;

use super::keys::PARTITIONS;
use super::{Address, write_failed};
use crate::{FAILED, eprint_line};

/// How many outcomes of a partition are read together.
const CHUNK: usize = 32;
const LOOK: Duration = Duration::from_millis(100);
const FOREIGN: &str = "the results were written by another program";

#[derive(Args)]
pub struct Results {
    #[command(flatten)]
    queue: Address,

    /// Also wait for the lines that are still to be added
    #[arg(long)]
    follow: bool,
}

#[derive(Deserialize)]
struct Object {
    index: usize,
    ok: bool,
}

/// Writes the outcomes, and returns the exit code. They stay in the queue.
///
/// # Errors
///
/// If the server cannot be used.
pub async fn run(results: &Results) -> Result<u8, String> {
    let queue = results.queue.open()?;
    let mut out = BufWriter::new(io::stdout());
    let mut next: Vec<_> = (0..PARTITIONS).map(|_| "-".to_owned()).collect();
    // Whether the object of a line has been written: one byte a line.
    let mut is_written = Vec::new();
    let (mut missing, mut code, mut has_warned) = (0, 0, false);
    loop {
        let mut commands = pipe();
        for (partition, next) in (0..).zip(&next) {
            let command = commands.cmd("XRANGE").arg(queue.key(partition, "results"));
            command.arg(next).arg("+").arg("COUNT").arg(CHUNK);
        }
        let chunks: Vec<Vec<(String, (String, String))>> = queue.server.run(&commands).await?;
        // Read after the outcomes, so that it counts all their lines.
        let input = queue.last_input().await?;
        let lines = usize::try_from(input.end).map_err(|_| FOREIGN)?;
        missing += lines.saturating_sub(is_written.len());
        is_written.resize(lines, false);
        let is_idle = chunks.iter().all(Vec::is_empty);
        for (next, chunk) in next.iter_mut().zip(chunks) {
            for (id, (_, text)) in chunk {
                *next = format!("({id}");
                let object: Object = serde_json::from_str(&text).map_err(|_| FOREIGN)?;
                let is_written = is_written.get_mut(object.index).ok_or(FOREIGN)?;
                // A server that was restarted may have lost an outcome, which was then written again.
                if mem::replace(is_written, true) {
                    continue;
                }
                missing -= 1;
                code = if object.ok { code } else { FAILED };
                if let Err(error) = writeln!(out, "{text}") {
                    return Ok(write_failed(&error));
                }
            }
        }
        if !is_idle {
            continue;
        }
        if let Err(error) = out.flush() {
            return Ok(write_failed(&error));
        }
        if missing == 0 && (!results.follow || (input.ended && lines > 0)) {
            return Ok(code);
        }
        if !has_warned && queue.owners().await?.iter().all(Option::is_none) {
            eprint_line("some lines have no outcome, and no worker is running: waiting");
            has_warned = true;
        }
        sleep(LOOK).await;
    }
}
