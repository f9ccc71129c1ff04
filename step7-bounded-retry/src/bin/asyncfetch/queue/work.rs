use std::collections::{BTreeMap, HashMap};
use std::future::ready;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use std::{fs, io, process};

use clap::Args;
use futures_util::{FutureExt, StreamExt, stream};
use redis::pipe;
use step7_bounded_retry::engine::scheduler::Report;
use step7_bounded_retry::engine::{self, AttemptError, FailureKind, Request};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::Address;
use super::keys::{Queue, WRITE, eval};
use super::leases::{Partition, milliseconds};
use crate::arguments::Fetch;
use crate::attempts::Attempts;
use crate::output::object;
use crate::progress::Progress;
use crate::summary::Summary;
use crate::{FAILED, INTERRUPTED, report_error};

/// How many lines of a partition are read together.
const CHUNK: usize = 32;
/// How many outcomes are written together.
const BATCH: usize = 512;
/// How long to wait when there was nothing to read: while lines are in hand, and while none is.
const SHORT_IDLE: Duration = Duration::from_millis(10);
const LONG_IDLE: Duration = Duration::from_millis(100);
/// How long outcomes are still written after the run was interrupted.
const LAST_WRITES: Duration = Duration::from_secs(3);

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

pub struct Worker {
    pub queue: Queue,
    pub name: String,
    pub attempts: Attempts,
    /// By their numbers. [`Worker::hold`] fills it.
    pub owned: Mutex<BTreeMap<u64, Arc<Partition>>>,
    /// The lines that the engine has, by the index that it gives them.
    lines: Mutex<HashMap<u64, Line>>,
    /// How many lines of a partition may be in hand: enough for all attempts, while more are read.
    most: usize,
}

/// A line in hand: its outcome has not been written yet.
struct Line {
    /// In its partition. The index in the queue is one less.
    id: u64,
    partition: Arc<Partition>,
}

/// Fetches the lines of the partitions that this worker owns, and returns the exit code.
///
/// # Errors
///
/// If an option or the server cannot be used.
pub async fn run(work: &Work, interrupted: &CancellationToken) -> Result<u8, String> {
    let attempts = Attempts::new(&work.fetch, work.output.as_deref(), false)?;
    let settings = attempts.settings;
    let worker = Arc::new(Worker {
        queue: work.queue.open()?,
        name: name(),
        attempts,
        owned: Mutex::default(),
        lines: Mutex::default(),
        most: settings.max_concurrency.get() + CHUNK,
    });
    let progress = Progress::start();
    let mut summary = Summary::start();
    let stop = interrupted.child_token();
    let read_error = OnceLock::new();

    let (reader, error, done) = (&*worker, &read_error, &stop);
    let read = stream::unfold((), move |()| async move {
        match reader.read(work.follow).await {
            Ok(lines) if lines.is_empty() => {}
            Ok(lines) => return Some((stream::iter(lines), ())),
            Err(failed) => error.set(failed).unwrap_or_default(),
        }
        // Lines of partitions that were lost may still wait.
        done.cancel();
        None
    });
    let urls = (read.flatten().enumerate()).map(|(index, (line, url))| {
        worker.lines().insert(index as u64, line);
        progress.accepted();
        url
    });
    let attempting = Arc::clone(&worker);
    let attempt = move |request: Arc<Request>| {
        let worker = Arc::clone(&attempting);
        async move { worker.attempt(&request).await }
    };
    let outcomes = engine::stream(settings, urls, stop.cancelled(), attempt)
        .filter_map(|mut outcome| {
            // It is not in hand any more if its partition was lost.
            let line = worker.lines().remove(&outcome.index);
            let failure = outcome.result.as_ref().err();
            let is_cancelled =
                failure.is_some_and(|failure| failure.kind() == FailureKind::Cancelled);
            ready(line.filter(|_| !is_cancelled).map(|line| {
                outcome.index = line.id - 1;
                summary.count(&outcome);
                progress.done(summary.failed(), || ());
                let object = object(&outcome, Some(&worker.name));
                (line, object)
            }))
        })
        // Those that are there: a server may write to its disk for each command.
        .ready_chunks(BATCH);
    let fetching = async {
        let mut outcomes = pin!(outcomes);
        while let Some(outcomes) = outcomes.next().await {
            worker.write(outcomes).await?;
        }
        Ok(())
    };
    let too_late = async {
        interrupted.cancelled().await;
        sleep(LAST_WRITES).await;
    };
    let ended = tokio::select! {
        biased;
        Err(error) = worker.hold() => Err(error),
        ended = fetching => ended,
        () = too_late => Ok(()),
    };
    worker.leave().await;
    progress.finish();
    crate::eprint_line(&summary);

    match ended.and(read_error.into_inner().map_or(Ok(()), Err)) {
        Err(error) if summary.total() == 0 => Err(error),
        Err(error) => Ok(report_error(FAILED, error)),
        Ok(()) if interrupted.is_cancelled() => Ok(INTERRUPTED),
        Ok(()) if summary.failed() > 0 => Ok(FAILED),
        Ok(()) => Ok(0),
    }
}

impl Worker {
    fn lines(&self) -> MutexGuard<'_, HashMap<u64, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next lines of the partitions; none when all lines of the queue have an outcome.
    async fn read(&self, follow: bool) -> Result<Vec<(Line, String)>, String> {
        loop {
            let mut lines = Vec::new();
            let mut open = self.open();
            open.retain(|one| {
                one.not_before <= Instant::now() && Arc::strong_count(one) < self.most
            });
            let mut commands = pipe();
            for one in &open {
                let next = one.next.load(Ordering::Relaxed);
                let command = commands.cmd("XRANGE");
                command.arg(self.queue.key(one.number, "lines")).arg(next);
                command.arg("+").arg("COUNT").arg(CHUNK);
            }
            let mut chunks: Vec<Vec<(String, (String, String))>> = Vec::new();
            if !open.is_empty() {
                chunks = self.queue.server.run(&commands).await?;
            }
            for (partition, chunk) in open.iter().zip(chunks) {
                // Without a line in hand, only `open` and the list of partitions hold it.
                if chunk.is_empty() && Arc::strong_count(partition) <= 2 {
                    // A server that was restarted may have lost outcomes: then their lines are back.
                    partition.next.store(1, Ordering::Relaxed);
                }
                for (id, (_, url)) in chunk {
                    let id = id.split('-').next().and_then(|id| id.parse().ok());
                    let id = id.ok_or("the lines were written by another program")?;
                    partition.next.store(id + 1, Ordering::Relaxed);
                    let partition = Arc::clone(partition);
                    lines.push((Line { id, partition }, url));
                }
            }
            if !lines.is_empty() {
                return Ok(lines);
            }
            let is_idle = self.lines().is_empty();
            if is_idle && !follow && self.is_done().await? {
                return Ok(lines);
            }
            sleep(if is_idle { LONG_IDLE } else { SHORT_IDLE }).await;
        }
    }

    async fn is_done(&self) -> Result<bool, String> {
        Ok(self.queue.last_input().await?.ended && self.queue.waiting().await? == 0)
    }

    /// One attempt, if the line's partition still is this worker's, and for as long as it is.
    async fn attempt(&self, request: &Request) -> Result<Option<String>, AttemptError> {
        let failed = |why| Err(AttemptError::Output(io::Error::other(why)));
        let open = self
            .lines()
            .get(&request.index)
            .map(|Line { id, partition }| {
                // Not the partition itself: its references count the lines in hand.
                let (running, lost) = (partition.attempts.token(), partition.lost.clone());
                (*id, partition.number, running, lost)
            });
        let open = open.filter(|(_, _, running, _)| !running.task_tracker().is_closed());
        if let Some((id, partition, _running, lost)) = open {
            let attempt = async {
                let attempt = AssertUnwindSafe(self.attempts.attempt(request, id - 1));
                let result = attempt.catch_unwind().await;
                // A page that makes every worker panic must have an outcome all the same.
                let result = result.unwrap_or_else(|_| failed("the attempt panicked"));
                if let Err(error) = &result {
                    self.note_pause(partition, error).await;
                }
                result
            };
            if let Some(result) = lost.run_until_cancelled(attempt).await {
                return result;
            }
        }
        self.lines().remove(&request.index);
        failed("the lease has ended")
    }

    /// If the host asks for a pause, a new owner has to leave the partition alone for so long.
    async fn note_pause(&self, partition: u64, error: &AttemptError) {
        let Report::Host {
            retry_after: Some(pause),
            ..
        } = error.report()
        else {
            return;
        };
        if pause <= self.attempts.settings.max_retry_after {
            let key = self.queue.key(partition, "pause");
            let pause = milliseconds(pause);
            let mut commands = pipe();
            let set = commands.cmd("SET").arg(&key).arg("").arg("PX").arg(pause);
            set.arg("NX").ignore();
            // Unless a longer one is noted.
            let longer = commands.cmd("PEXPIRE").arg(&key).arg(pause).arg("GT");
            longer.ignore();
            let _ = self.queue.server.run::<()>(&commands).await;
        }
    }

    /// Writes outcomes. A line that has one already keeps it.
    async fn write(&self, mut outcomes: Vec<(Line, String)>) -> Result<(), String> {
        outcomes.sort_by_key(|(line, _)| line.partition.number);
        let mut commands = pipe();
        for outcomes in outcomes.chunk_by(|a, b| a.0.partition.number == b.0.partition.number) {
            let partition = outcomes[0].0.partition.number;
            let keys = ["lines", "results"].map(|what| self.queue.key(partition, what));
            let command = eval(&mut commands, WRITE, &keys);
            for (line, object) in outcomes {
                command.arg(format!("{}-0", line.id)).arg(object);
            }
        }
        self.queue.server.run(&commands).await
    }
}

/// The machine, the process, and something that no other worker has.
fn name() -> String {
    let machine = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or("worker".to_owned());
    let (machine, process) = (machine.trim(), process::id());
    format!("{machine}-{process}-{:08x}", fastrand::u32(..))
}
