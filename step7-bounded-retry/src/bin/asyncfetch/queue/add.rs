use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::Duration;

use redis::pipe;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout_at};

use super::keys::{ADD, Queue, eval, id, partition};
use super::meta::{HEAD, Meta};
use crate::run::path_error;
use crate::{FAILED, USAGE_ERROR, eprint_line, input, report_error};

/// How many lines are sent together, and how long they are waited for.
const BATCH: u64 = 2000;
const BATCH_BYTES: usize = 1024 * 1024;
const BATCH_WAIT: Duration = Duration::from_millis(20);
/// While the queue is full, it is looked at so often.
const LOOK: Duration = Duration::from_millis(200);

/// Adds the lines of the input that are missing, and returns the exit code.
///
/// Before lines are sent, their numbers are reserved; a line's number is its id in its partition, and the
/// server takes no id twice. So an interrupted run can be repeated at any point.
///
/// # Errors
///
/// If the input or the server cannot be used.
pub async fn run(queue: &Queue, arguments: &super::Add) -> Result<u8, String> {
    let file = Some(&*arguments.input);
    let lines =
        input::lines(&[], file).map_err(|error| path_error("cannot read --input", file, &error))?;
    let mut input = Input {
        ahead: VecDeque::new(),
        lines,
        error: None,
    };
    let mut stored = queue.meta().await?;
    let (mut meta, pending) = resume(stored.clone().unwrap_or_default(), &mut input).await?;
    let there = meta.lines();
    send(queue, meta.reserved, &pending).await?;

    let mut has_warned = false;
    loop {
        let waiting = queue.waiting().await?;
        let most = match arguments.max_queued.get().saturating_sub(waiting) {
            // An input that has ended needs no room.
            0 if input.has_more().await => 0,
            room => room.clamp(1, BATCH),
        };
        if most == 0 {
            if meta.added < meta.reserved {
                meta.added = meta.reserved;
                queue.replace_meta(stored.as_ref(), &meta).await?;
                stored = Some(meta.clone());
            }
            if !has_warned {
                eprint_line(format_args!("{waiting} lines have no outcome: waiting"));
                has_warned = true;
            }
            sleep(LOOK).await;
            continue;
        }
        let batch = input.batch(most).await;
        if batch.is_empty() && meta.lines() == 0 {
            break;
        }
        meta.added = meta.reserved;
        meta.ended = batch.is_empty() && input.error.is_none();
        for line in &batch {
            meta.push(line);
        }
        queue.replace_meta(stored.as_ref(), &meta).await?;
        stored = Some(meta.clone());
        if batch.is_empty() {
            break;
        }
        send(queue, meta.reserved, &batch).await?;
    }

    let added = meta.lines() - there + pending.len() as u64;
    if let Some(error) = input.error {
        let code = if added > 0 { FAILED } else { USAGE_ERROR };
        return Ok(report_error(
            code,
            format!("cannot read the input: {error}"),
        ));
    }
    let there = there - pending.len() as u64;
    let note = match there {
        0 => String::new(),
        _ => format!(", {there} were there already"),
    };
    eprint_line(format_args!("added {added} lines{note}"));
    Ok(0)
}

/// Recognizes the last input by its first lines, and passes over what has been added of it. Gives how far
/// this input has been reserved, and those of its lines that may be missing all the same.
async fn resume(last: Meta, input: &mut Input) -> Result<(Meta, Vec<String>), String> {
    let lines = last.lines();
    let mut read = last.first_line();
    while read.lines() < lines.min(HEAD) {
        let Some(line) = input.read().await else {
            break;
        };
        read.push(&line);
        input.ahead.push_back(line);
    }
    let is_same = (read.lines(), read.head) == (lines.min(HEAD), last.head);
    if lines == 0 || !is_same {
        if lines > 0 && !last.ended {
            return Err(format!(
                "the last input was interrupted after {lines} lines, and this is another one: \
                 add that one first"
            ));
        }
        return Ok((last.next_input(), Vec::new()));
    }
    let mut pending = Vec::new();
    for number in last.reserved - lines..last.reserved {
        let line = match input.ahead.pop_front() {
            Some(line) => Some(line),
            None => input.read().await.inspect(|line| read.push(line)),
        };
        if number >= last.added {
            pending.extend(line);
        }
    }
    if read.hash == last.hash {
        Ok((last, pending))
    } else {
        Err(format!(
            "this input begins like the last one, and differs within its {lines} lines: \
             use another --name"
        ))
    }
}

/// Sends lines to their partitions. `end` is the number after that of the last one.
async fn send(queue: &Queue, end: u64, lines: &[String]) -> Result<(), String> {
    let mut partitions = BTreeMap::<u64, Vec<(u64, &String)>>::new();
    let start = end - lines.len() as u64;
    for (number, line) in (start..).zip(lines) {
        partitions
            .entry(partition(line))
            .or_default()
            .push((number, line));
    }
    if partitions.is_empty() {
        return Ok(());
    }
    let mut commands = pipe();
    for (partition, lines) in partitions {
        let command = eval(&mut commands, ADD, &[queue.key(partition, "lines")]);
        for (number, line) in lines {
            command.arg(id(number)).arg(line);
        }
    }
    queue.server.run(&commands).await
}

struct Input {
    /// Lines that have been read to recognize the input.
    ahead: VecDeque<String>,
    lines: mpsc::Receiver<io::Result<String>>,
    error: Option<io::Error>,
}

impl Input {
    async fn read(&mut self) -> Option<String> {
        match self.lines.recv().await? {
            Ok(line) => Some(line),
            Err(error) => {
                self.error = Some(error);
                None
            }
        }
    }

    async fn has_more(&mut self) -> bool {
        if self.ahead.is_empty() {
            let line = self.read().await;
            self.ahead.extend(line);
        }
        !self.ahead.is_empty()
    }

    async fn next(&mut self) -> Option<String> {
        match self.ahead.pop_front() {
            Some(line) => Some(line),
            None => self.read().await,
        }
    }

    /// Up to `most` lines, those that arrive in a short time; none at the end.
    async fn batch(&mut self, most: u64) -> Vec<String> {
        let mut batch = Vec::from_iter(self.next().await);
        let until = Instant::now() + BATCH_WAIT;
        let mut bytes = 0;
        while !batch.is_empty() && (batch.len() as u64) < most && bytes < BATCH_BYTES {
            let Ok(Some(line)) = timeout_at(until, self.next()).await else {
                break;
            };
            bytes += line.len();
            batch.push(line);
        }
        batch
    }
}
