use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::time::Duration;

use redis::pipe;
use serde_derive::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::keys::{ADD, Queue, SWAP, eval, partition};
use crate::run::path_error;
use crate::selection::{FNV_BASIS, fnv};
use crate::{FAILED, USAGE_ERROR, eprint_line, input, report_error};

/// Changed with the meaning of the keys.
const LAYOUT: u64 = 2;
/// By so many first lines an input is recognized.
const HEAD: u64 = 1000;
/// How many lines are sent together, and how long they are waited for.
const BATCH: usize = 2000;
const BATCH_BYTES: usize = 1024 * 1024;
const BATCH_WAIT: Duration = Duration::from_millis(20);
/// While the queue is full, it is looked at so often.
const LOOK: Duration = Duration::from_millis(200);

/// How far the last input has been added. The numbers of lines count all inputs.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct LastInput {
    layout: u64,
    /// The numbers of its first line, and of the line after the last one that was added. Of these, up to
    /// [`BATCH`] may not have been sent yet.
    start: u64,
    pub end: u64,
    /// Whether it has been added to its end.
    pub ended: bool,
    /// The hash of its first [`HEAD`] lines, and of all.
    head: u64,
    hash: u64,
}

impl LastInput {
    fn begin(start: u64) -> Self {
        Self {
            layout: LAYOUT,
            start,
            end: start,
            ended: true,
            head: FNV_BASIS,
            hash: FNV_BASIS,
        }
    }

    fn lines(&self) -> u64 {
        self.end - self.start
    }

    fn push(&mut self, line: &str) {
        self.hash = fnv(fnv(self.hash, line), "\n");
        self.end += 1;
        if self.lines() <= HEAD {
            self.head = self.hash;
        }
    }
}

/// Adds the lines of the input that are missing, and returns the exit code.
///
/// Lines are counted before they are sent. A line's number is its id in its partition, and the server
/// takes no id twice. So an interrupted run can be repeated at any point.
///
/// # Errors
///
/// If the input or the server cannot be used.
pub async fn run(queue: &Queue, file: &Path, max_queued: u64) -> Result<u8, String> {
    let lines = input::lines(&[], Some(file))
        .map_err(|error| path_error("cannot read --input", Some(file), &error))?;
    let error = None;
    let mut input = Input { lines, error };
    let mut stored = queue.last_input().await?;
    let (mut last, mut batch) = resume(queue, stored, &mut input).await?;
    let there = last.lines();
    let mut has_warned = false;
    loop {
        if batch.is_empty() {
            batch = input.batch().await.into();
        }
        let waiting = queue.waiting().await?;
        let room = usize::try_from(max_queued.saturating_sub(waiting)).unwrap_or(usize::MAX);
        if room == 0 && !batch.is_empty() {
            if !has_warned {
                eprint_line(format_args!("{waiting} lines have no outcome: waiting"));
                has_warned = true;
            }
            sleep(LOOK).await;
            continue;
        }
        let lines: Vec<_> = batch.drain(..room.min(batch.len())).collect();
        last.ended = lines.is_empty() && input.error.is_none();
        for line in &lines {
            last.push(line);
        }
        if last.lines() > 0 {
            queue.swap_input(&stored, &last).await?;
            stored = last;
        }
        if lines.is_empty() {
            break;
        }
        send(queue, last.end, &lines).await?;
    }

    let added = last.lines() - there;
    if let Some(error) = input.error {
        let code = if added > 0 { FAILED } else { USAGE_ERROR };
        let error = format!("cannot read the input: {error}");
        return Ok(report_error(code, error));
    }
    let note = match there {
        0 => String::new(),
        _ => format!(", {there} were there already"),
    };
    eprint_line(format_args!("added {added} lines{note}"));
    Ok(0)
}

/// Recognizes the last input by its first lines, and passes over what has been added of it. Gives how far
/// this input has been added, and the lines that were read and belong after that.
async fn resume(
    queue: &Queue,
    last: LastInput,
    input: &mut Input,
) -> Result<(LastInput, VecDeque<String>), String> {
    let lines = last.lines();
    let mut read = LastInput::begin(last.start);
    let mut recent = VecDeque::new();
    while read.lines() < lines {
        if read.lines() == lines.min(HEAD) && read.head != last.head {
            break;
        }
        let Some(line) = input.next().await else {
            break;
        };
        read.push(&line);
        recent.push_back(line);
        if recent.len() > BATCH {
            recent.pop_front();
        }
    }
    if lines > 0 && read.head == last.head {
        if read.hash != last.hash {
            return Err(format!(
                "this input begins like the last one, and differs within its {lines} lines: \
                 use another --name"
            ));
        }
        // They have been counted, and perhaps not sent.
        send(queue, last.end, recent.make_contiguous()).await?;
        return Ok((last, VecDeque::new()));
    }
    if !last.ended {
        return Err(format!(
            "the last input was interrupted after {lines} lines, and this is another one: \
             add that one first"
        ));
    }
    Ok((LastInput::begin(last.end), recent))
}

/// Sends lines to their partitions. `end` is the number after that of the last one.
async fn send(queue: &Queue, end: u64, lines: &[String]) -> Result<(), String> {
    let first_id = end - lines.len() as u64 + 1;
    let lines = lines.iter().map(|line| (partition(line), line));
    let mut lines: Vec<_> = (first_id..).zip(lines).collect();
    lines.sort_by_key(|(_, (partition, _))| *partition);
    let mut commands = pipe();
    for lines in lines.chunk_by(|(_, (one, _)), (_, (other, _))| one == other) {
        let (_, (partition, _)) = lines[0];
        let command = eval(&mut commands, ADD, &[queue.key(partition, "lines")]);
        for (id, (_, line)) in lines {
            command.arg(format!("{id}-0")).arg(line);
        }
    }
    queue.server.run(&commands).await
}

struct Input {
    lines: mpsc::Receiver<io::Result<String>>,
    error: Option<io::Error>,
}

impl Input {
    async fn next(&mut self) -> Option<String> {
        match self.lines.recv().await? {
            Ok(line) => Some(line),
            Err(error) => {
                self.error = Some(error);
                None
            }
        }
    }

    /// The lines that arrive in a short time; none at the end.
    async fn batch(&mut self) -> Vec<String> {
        let mut batch = Vec::from_iter(self.next().await);
        let mut bytes = 0;
        let fill = async {
            while !batch.is_empty() && batch.len() < BATCH && bytes < BATCH_BYTES {
                let Some(line) = self.next().await else {
                    break;
                };
                bytes += line.len();
                batch.push(line);
            }
        };
        let _ = timeout(BATCH_WAIT, fill).await;
        batch
    }
}

impl Queue {
    fn meta_key(&self) -> String {
        format!("{}:meta", self.name)
    }

    /// # Errors
    ///
    /// If the queue has another layout.
    pub async fn last_input(&self) -> Result<LastInput, String> {
        let key = self.meta_key();
        let mut commands = pipe();
        commands.cmd("GET").arg(&key);
        let (text,): (Option<Vec<u8>>,) = self.server.run(&commands).await?;
        let Some(text) = text else {
            return Ok(LastInput::begin(0));
        };
        serde_json::from_slice(&text)
            .ok()
            .filter(|last: &LastInput| last.layout == LAYOUT)
            .ok_or(format!(
                "{key} was written by another version of asyncfetch, or by another program"
            ))
    }

    /// # Errors
    ///
    /// If another `queue add` has replaced `old` meanwhile.
    async fn swap_input(&self, old: &LastInput, new: &LastInput) -> Result<(), String> {
        let text = |input: &LastInput| match input.end {
            0 => String::new(),
            _ => serde_json::to_string(input).expect("it has no maps"),
        };
        let mut commands = pipe();
        let command = eval(&mut commands, SWAP, &[self.meta_key()]);
        command.arg(text(old)).arg(text(new));
        match self.server.run(&commands).await? {
            (true,) => Ok(()),
            (false,) => Err(
                "another `queue add` has changed this queue, or its server has lost data: \
                 add the same input again"
                    .to_owned(),
            ),
        }
    }
}
