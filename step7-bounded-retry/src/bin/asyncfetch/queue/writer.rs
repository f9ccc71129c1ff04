use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use redis::pipe;
use tokio::sync::mpsc;

use super::keys::{PAUSE, Queue, WRITE, eval, id};
use super::leases::{Partition, milliseconds};

/// How many outcomes are written together.
pub const BATCH: usize = 512;

/// What is to be written about a partition.
pub enum Note {
    /// The number of a line, and its object.
    Outcome(u64, String),
    /// One of its hosts asks to be left alone for so long.
    Pause(Duration),
}

/// Writes until the channel is closed. Notes that wait are written together: a server may write to its
/// disk for each command.
///
/// # Errors
///
/// If the server cannot be used any more.
pub async fn write(
    queue: &Queue,
    mut notes: mpsc::Receiver<(Arc<Partition>, Note)>,
) -> Result<(), String> {
    let mut batch = Vec::with_capacity(BATCH);
    while notes.recv_many(&mut batch, BATCH).await > 0 {
        let mut commands = pipe();
        let mut outcomes = BTreeMap::<u64, Vec<(u64, String)>>::new();
        let mut written = Vec::new();
        for (partition, note) in batch.drain(..) {
            match note {
                Note::Outcome(number, object) => {
                    let outcomes = outcomes.entry(partition.number).or_default();
                    outcomes.push((number, object));
                    written.push(partition);
                }
                Note::Pause(pause) => {
                    let key = queue.key(partition.number, "pause");
                    eval(&mut commands, PAUSE, &[key]).arg(milliseconds(pause));
                }
            }
        }
        for (partition, outcomes) in outcomes {
            let keys = ["lines", "results"].map(|what| queue.key(partition, what));
            let command = eval(&mut commands, WRITE, &keys);
            for (number, object) in outcomes {
                command.arg(id(number)).arg(object);
            }
        }
        queue.server.run::<()>(&commands).await?;
        for partition in written {
            partition.in_hand.fetch_sub(1, Ordering::Relaxed);
        }
    }
    Ok(())
}
