use std::collections::HashSet;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::time::Duration;

use redis::pipe;
use serde_derive::Deserialize;
use tokio::time::sleep;

use super::keys::{PARTITIONS, Queue};
use crate::{FAILED, eprint_line, report_error};

/// How many outcomes of a partition are read together.
const CHUNK: usize = 32;
const LOOK: Duration = Duration::from_millis(100);

#[derive(Deserialize)]
struct Object {
    index: u64,
    ok: bool,
}

/// Writes the outcomes, and returns the exit code. They stay in the queue.
///
/// # Errors
///
/// If the server cannot be used.
pub async fn run(queue: &Queue, arguments: &super::Results) -> Result<u8, String> {
    let mut out = BufWriter::new(io::stdout());
    let mut last = vec!["-".to_owned(); usize::try_from(PARTITIONS).unwrap_or_default()];
    let (mut written, mut code, mut has_warned) = (HashSet::new(), 0, false);
    loop {
        let mut commands = pipe();
        for (partition, last) in (0..).zip(&last) {
            let command = commands.cmd("XRANGE").arg(queue.key(partition, "results"));
            command.arg(last).arg("+").arg("COUNT").arg(CHUNK);
        }
        let chunks: Vec<Vec<(String, (String, String))>> = queue.server.run(&commands).await?;
        let before = written.len() as u64;
        for (last, chunk) in last.iter_mut().zip(chunks) {
            for (id, (_, text)) in chunk {
                *last = format!("({id}");
                let object: Object = serde_json::from_str(&text)
                    .map_err(|_| "the results were written by another program")?;
                // A server that was restarted may have lost an outcome, which was then written again.
                if !written.insert(object.index) {
                    continue;
                }
                if let Err(error) = writeln!(out, "{text}") {
                    return Ok(write_failed(&error));
                }
                code = if object.ok { code } else { FAILED };
            }
        }
        if written.len() as u64 > before {
            if let Err(error) = out.flush() {
                return Ok(write_failed(&error));
            }
            continue;
        }
        let meta = queue.meta().await?;
        let is_complete = meta
            .as_ref()
            .is_none_or(|meta| written.len() as u64 >= meta.added);
        let may_grow = meta.is_none_or(|meta| !meta.ended);
        if is_complete && !(may_grow && arguments.follow) {
            return Ok(code);
        }
        if !has_warned && queue.workers().await? == 0 {
            eprint_line("some lines have no outcome, and no worker is running: waiting");
            has_warned = true;
        }
        sleep(LOOK).await;
    }
}

/// A broken pipe (for example `| head`) is quiet.
fn write_failed(error: &io::Error) -> u8 {
    if error.kind() == ErrorKind::BrokenPipe {
        return FAILED;
    }
    report_error(FAILED, format!("cannot write to standard output: {error}"))
}
