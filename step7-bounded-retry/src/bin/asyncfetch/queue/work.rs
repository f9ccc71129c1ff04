use std::collections::HashMap;
use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fs, process};

use futures_util::{FutureExt, StreamExt, stream};
use redis::pipe;
use step7_bounded_retry::engine::{self, AttemptError, FailureKind, Request};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::keys::{Queue, number};
use super::leases::{Leases, Partition};
use super::writer::{self, Note};
use crate::attempts::Attempts;
use crate::output::object;
use crate::progress::Progress;
use crate::summary::Summary;
use crate::{FAILED, INTERRUPTED, eprint_line, report_error};

/// How many lines of a partition are read together, and how many may be in hand.
const CHUNK: usize = 32;
const MOST: usize = 2048;
/// How long to wait when there was nothing to read.
const SHORTEST_IDLE: Duration = Duration::from_millis(10);
const LONGEST_IDLE: Duration = Duration::from_millis(500);
/// How long outcomes are still written after the run was interrupted.
const LAST_WRITES: Duration = Duration::from_secs(3);

/// A line in hand: its number in the queue, and where it comes from.
#[derive(Clone)]
struct Line {
    number: u64,
    partition: Arc<Partition>,
}

struct Worker {
    queue: Arc<Queue>,
    leases: Arc<Leases>,
    attempts: Attempts,
    /// By the index that the engine gives them.
    in_hand: Mutex<HashMap<u64, Line>>,
    notes: mpsc::WeakSender<(Arc<Partition>, Note)>,
}

/// Fetches the lines of the partitions that this worker owns, and returns the exit code.
///
/// # Errors
///
/// If an option or the server cannot be used.
pub async fn run(
    queue: Queue,
    arguments: &super::Work,
    interrupted: CancellationToken,
) -> Result<u8, String> {
    let queue = Arc::new(queue);
    let folder = arguments.output.as_deref();
    let attempts = Attempts::new(&arguments.fetch, folder, false)?;
    let settings = attempts.settings;
    let name = name();
    let leases = Leases::new(Arc::clone(&queue), name.clone(), settings.host_interval);
    let leases = Arc::new(leases);
    let (notes, to_write) = mpsc::channel(writer::BATCH);
    let worker = Arc::new(Worker {
        queue: Arc::clone(&queue),
        leases: Arc::clone(&leases),
        attempts,
        in_hand: Mutex::default(),
        notes: notes.downgrade(),
    });

    let progress = Progress::start();
    let mut summary = Summary::start();
    let stop = interrupted.child_token();
    let (lines, mut urls) = mpsc::channel(CHUNK);
    let urls = stream::poll_fn(|context| urls.poll_recv(context)).inspect(|_| progress.accepted());
    let attempt = {
        let worker = Arc::clone(&worker);
        move |request: Arc<Request>| {
            let worker = Arc::clone(&worker);
            async move { worker.attempt(&request).await }
        }
    };
    let outcomes = engine::stream(settings, urls, stop.cancelled(), attempt);
    let fetching = async {
        let mut outcomes = pin!(outcomes);
        while let Some(mut outcome) = outcomes.next().await {
            // It is not in hand any more if its lease has ended.
            let Some(line) = worker.take(outcome.index) else {
                continue;
            };
            let failure = outcome.result.as_ref().err();
            if failure.is_some_and(|failure| failure.kind() == FailureKind::Cancelled) {
                continue;
            }
            outcome.index = line.number;
            summary.count(&outcome);
            progress.done(summary.failed(), || ());
            let note = Note::Outcome(line.number, object(&outcome, Some(&name)));
            if notes.send((line.partition, note)).await.is_err() {
                break;
            }
        }
        drop(notes);
    };
    let writing = async {
        let too_late = async {
            interrupted.cancelled().await;
            sleep(LAST_WRITES).await;
        };
        tokio::select! {
            written = writer::write(&queue, to_write) => written,
            () = too_late => Ok(()),
        }
    };
    let feeding = async {
        worker.feed(lines, arguments.follow).await?;
        stop.cancel();
        pending::<Result<Infallible, String>>().await
    };
    let ended = tokio::select! {
        biased;
        Err(error) = leases.hold() => Err(error),
        Err(error) = feeding => Err(error),
        (written, ()) = async { tokio::join!(writing, fetching) } => written,
    };
    leases.end().await;
    progress.finish();
    eprint_line(&summary);

    match ended {
        Err(error) if summary.total() == 0 => Err(error),
        Err(error) => Ok(report_error(FAILED, error)),
        Ok(()) if interrupted.is_cancelled() => Ok(INTERRUPTED),
        Ok(()) if summary.failed() > 0 => Ok(FAILED),
        Ok(()) => Ok(0),
    }
}

impl Worker {
    /// Sends the lines of the partitions to the engine, until all lines of the queue have an outcome.
    async fn feed(&self, lines: mpsc::Sender<String>, follow: bool) -> Result<(), String> {
        let mut index = 0;
        let mut idle = SHORTEST_IDLE;
        loop {
            let mut open = self.leases.open();
            open.retain(|one| one.not_before <= Instant::now());
            let owned = open.len();
            open.retain(|one| one.in_hand.load(Ordering::Relaxed) < MOST);
            let mut commands = pipe();
            for one in &open {
                let next = format!("{}-0", one.next.load(Ordering::Relaxed));
                let command = commands
                    .cmd("XRANGE")
                    .arg(self.queue.key(one.number, "lines"));
                command.arg(next).arg("+").arg("COUNT").arg(CHUNK);
            }
            let mut chunks: Vec<Vec<(String, (String, String))>> = Vec::new();
            if !open.is_empty() {
                chunks = self.queue.server.run(&commands).await?;
            }
            let is_idle = owned == open.len() && chunks.iter().all(Vec::is_empty);
            for (partition, chunk) in open.iter().zip(chunks) {
                if chunk.is_empty() && partition.in_hand.load(Ordering::Relaxed) == 0 {
                    // A server that was restarted may have lost outcomes: then their lines are back.
                    partition.next.store(1, Ordering::Relaxed);
                }
                for (id, (_, line)) in chunk {
                    let number = number(&id);
                    partition.next.store(number + 2, Ordering::Relaxed);
                    partition.in_hand.fetch_add(1, Ordering::Relaxed);
                    let partition = Arc::clone(partition);
                    self.with(|lines| lines.insert(index, Line { number, partition }));
                    index += 1;
                    if lines.send(line).await.is_err() {
                        return Ok(());
                    }
                }
            }
            if !is_idle {
                idle = SHORTEST_IDLE;
                if open.len() < owned {
                    sleep(SHORTEST_IDLE).await;
                }
            } else if self.with(|lines| !lines.is_empty()) {
                sleep(SHORTEST_IDLE).await;
            } else if !follow && self.is_done().await? {
                return Ok(());
            } else {
                sleep(idle).await;
                idle = LONGEST_IDLE.min(idle * 2);
            }
        }
    }

    async fn is_done(&self) -> Result<bool, String> {
        let meta = self.queue.meta().await?;
        Ok(meta.is_none_or(|meta| meta.ended) && self.queue.waiting().await? == 0)
    }

    /// One attempt, if the line's partition still is this worker's, and for as long as it is.
    async fn attempt(&self, request: &Request) -> Result<Option<String>, AttemptError> {
        let failed = |why| Err(AttemptError::Output(io::Error::other(why)));
        let line = self.with(|lines| lines.get(&request.index).cloned());
        let Some(line) = line.filter(|line| !line.partition.attempts.is_closed()) else {
            self.take(request.index);
            return failed("the lease has ended");
        };
        let _running = line.partition.attempts.token();
        let attempt = AssertUnwindSafe(self.attempts.attempt(request, line.number)).catch_unwind();
        let result = tokio::select! {
            biased;
            () = line.partition.lost.cancelled() => {
                self.take(request.index);
                return failed("the lease has ended");
            }
            // A page that makes every worker panic must have an outcome all the same.
            result = attempt => result.unwrap_or_else(|_| failed("the attempt panicked")),
        };
        if let Err(AttemptError::Status {
            status,
            retry_after: Some(pause),
        }) = &result
        {
            let is_hosts = matches!(status.as_u16(), 429 | 503);
            if is_hosts && *pause <= self.attempts.settings.max_retry_after {
                if let Some(notes) = self.notes.upgrade() {
                    let note = (line.partition, Note::Pause(*pause));
                    let _ = notes.send(note).await;
                }
            }
        }
        result
    }

    fn take(&self, index: u64) -> Option<Line> {
        self.with(|lines| lines.remove(&index))
    }

    fn with<T>(&self, with: impl FnOnce(&mut HashMap<u64, Line>) -> T) -> T {
        with(&mut self.in_hand.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The machine, the process, and something that no other worker has.
fn name() -> String {
    let machine = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = match machine.trim() {
        "" => "worker",
        machine => machine,
    };
    format!("{machine}-{}-{:08x}", process::id(), fastrand::u32(..))
}
