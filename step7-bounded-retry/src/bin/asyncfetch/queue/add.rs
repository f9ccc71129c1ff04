use std::collections::VecDeque;
use std::io;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use redis::pipe;
use serde_derive::{Deserialize, Serialize};
use tokio::sync::mpsc::Receiver;
use tokio::time::sleep;

use super::Address;
use super::keys::{ADD, Queue, SWAP, eval, partition};
use crate::run::path_error;
use crate::selection::{FNV_BASIS, fnv};
use crate::{FAILED, USAGE_ERROR, eprint_line, input, report_error};

/// Changed with the meaning of the keys.
const LAYOUT: u64 = 2;
/// By so many first lines an input is recognized, and so many are sent together.
const BATCH: usize = 1000;
/// While the queue is full, it is looked at so often.
const LOOK: Duration = Duration::from_millis(200);

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
    /// The hash of its first [`BATCH`] lines, and of all.
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
        if self.lines() <= BATCH as u64 {
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
pub async fn run(add: &Add) -> Result<u8, String> {
    let queue = &add.queue.open()?;
    let file = Some(&*add.input);
    let mut input =
        input::lines(&[], file).map_err(|error| path_error("cannot read --input", file, &error))?;
    let mut stored = queue.last_input().await?;
    let (mut last, mut ahead) = resume(queue, stored, &mut input).await?;
    let there = last.lines();
    let (mut read_error, mut has_warned) = (None, false);
    loop {
        let waiting = queue.waiting().await?;
        let room =
            usize::try_from(add.max_queued.get().saturating_sub(waiting)).unwrap_or(usize::MAX);
        let is_over = ahead.is_empty() && input.is_empty() && input.is_closed();
        if room == 0 && !is_over {
            if !has_warned {
                eprint_line(format_args!("{waiting} lines have no outcome: waiting"));
                has_warned = true;
            }
            sleep(LOOK).await;
            continue;
        }
        if ahead.is_empty() {
            input.recv_many(&mut ahead, room.min(BATCH)).await;
        }
        let mut lines = Vec::new();
        for line in ahead.drain(..room.min(ahead.len())) {
            match line {
                Ok(line) => {
                    last.push(&line);
                    lines.push(line);
                }
                Err(error) => read_error = Some(error),
            }
        }
        last.ended = lines.is_empty() && read_error.is_none();
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
    if let Some(error) = read_error {
        let code = if added > 0 { FAILED } else { USAGE_ERROR };
        return Ok(report_error(code, unreadable(&error)));
    }
    let note = match there {
        0 => String::new(),
        _ => format!(", {there} were there already"),
    };
    eprint_line(format_args!("added {added} lines{note}"));
    Ok(0)
}

fn unreadable(error: &io::Error) -> String {
    format!("cannot read the input: {error}")
}

/// Recognizes the last input by its first lines, and passes over what has been added of it. Gives how far
/// this input has been added, and what was read of it beyond that.
async fn resume(
    queue: &Queue,
    last: LastInput,
    input: &mut Receiver<io::Result<String>>,
) -> Result<(LastInput, Vec<io::Result<String>>), String> {
    let lines = last.lines();
    let mut read = LastInput::begin(last.start);
    let mut recent = VecDeque::new();
    while read.lines() < lines && (read.lines() < BATCH as u64 || read.head == last.head) {
        let Some(line) = input.recv().await else {
            break;
        };
        let line = line.map_err(|error| unreadable(&error))?;
        read.push(&line);
        recent.push_back(line);
        if recent.len() > BATCH {
            recent.pop_front();
        }
    }
    if lines > 0 && read.hash == last.hash {
        // They have been counted, and perhaps not sent.
        send(queue, last.end, recent.make_contiguous()).await?;
        return Ok((last, Vec::new()));
    }
    if lines > 0 && read.head == last.head {
        return Err(format!(
            "this input begins like the last one, and differs within its {lines} lines: \
             use another --name"
        ));
    }
    if !last.ended {
        return Err(format!(
            "the last input was interrupted after {lines} lines, and this is another one: \
             add that one first"
        ));
    }
    Ok((
        LastInput::begin(last.end),
        recent.into_iter().map(Ok).collect(),
    ))
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
