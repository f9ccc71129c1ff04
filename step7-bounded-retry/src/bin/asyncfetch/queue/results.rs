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
    let (mut written, mut code, mut is_told) = (0, 0, false);
    loop {
        let mut commands = pipe();
        for (partition, last) in (0..).zip(&last) {
            let command = commands.cmd("XRANGE").arg(queue.key(partition, "results"));
            command.arg(last).arg("+").arg("COUNT").arg(CHUNK);
        }
        let chunks: Vec<Vec<(String, (String, String))>> = queue.server.run(&commands).await?;
        let before = written;
        for (last, chunk) in last.iter_mut().zip(chunks) {
            for (id, (_, object)) in chunk {
                if let Err(error) = writeln!(out, "{object}") {
                    return Ok(write_failed(&error));
                }
                let is_ok = serde_json::from_str(&object).is_ok_and(|object: Object| object.ok);
                code = if is_ok { code } else { FAILED };
                written += 1;
                *last = format!("({id}");
            }
        }
        if written > before {
            if let Err(error) = out.flush() {
                return Ok(write_failed(&error));
            }
            continue;
        }
        let meta = queue.meta().await?;
        let is_complete = meta.as_ref().is_none_or(|meta| written >= meta.added);
        let may_grow = meta.is_none_or(|meta| !meta.ended);
        if is_complete && !(may_grow && arguments.follow) {
            return Ok(code);
        }
        if !is_told && queue.workers().await? == 0 {
            eprint_line("some lines have no outcome, and no worker is running: waiting");
            is_told = true;
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
