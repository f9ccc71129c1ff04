use std::time::Duration;

/// What the [`Scheduler`](super::Scheduler) wants done.
pub enum Step<T> {
    /// Start this attempt, and hand it back by [`ended`](super::Scheduler::ended) with a report.
    Start(Attempt<T>),
    /// This line has ended.
    End(Ended<T>),
    /// Nothing, until a line comes, an attempt ends, or it is this time.
    Wait(Option<Duration>),
}

/// An attempt that is to run, or runs.
pub struct Attempt<T> {
    /// The line as it was pushed. It may be changed, and stays with the line.
    pub item: T,
    pub(super) host: usize,
    /// How many pauses the host had had when the attempt began.
    pub(super) pause: u64,
    pub(super) bytes: usize,
    pub(super) history: History,
}

impl<T> Attempt<T> {
    /// When the line's time is over.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.history.deadline
    }

    pub(super) fn end(self, why: Why) -> Ended<T> {
        Ended {
            item: self.item,
            attempts: self.history.begun,
            since: Some(self.history.first),
            why,
        }
    }
}

/// What is known of a line that has been attempted.
pub(super) struct History {
    pub(super) id: u64,
    /// When its first attempt began.
    pub(super) first: Duration,
    pub(super) deadline: Duration,
    /// How many attempts were begun.
    pub(super) begun: u32,
    /// How many of them count against the line's attempts.
    pub(super) charged: u32,
    /// What its last retry cost.
    pub(super) paid: u32,
}

impl History {
    pub(super) fn new(id: u64, first: Duration, deadline: Duration) -> Self {
        Self {
            id,
            first,
            deadline: first.saturating_add(deadline),
            begun: 0,
            charged: 0,
            paid: 0,
        }
    }
}

/// How an attempt ended, as far as the scheduler cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// The line has its result.
    Success,
    /// Another attempt would fail in the same way. The host has answered.
    Failed,
    /// The URL's own failure, and it may pass.
    Retriable,
    /// The same, and it took long to be noticed.
    TimedOut,
    /// The host's failure: it refuses requests, or there is no connection to it.
    Host {
        /// Whether there was an answer.
        connected: bool,
        /// How long the answer asks to wait.
        retry_after: Option<Duration>,
    },
    /// This machine's own limit, such as its open files.
    Local,
    /// It was cut off, at the line's deadline or because the run was stopped.
    Dropped,
}

/// A line that has ended.
pub struct Ended<T> {
    /// The line.
    pub item: T,
    /// How many attempts were begun.
    pub attempts: u32,
    /// When the first of them began.
    pub since: Option<Duration>,
    /// Why there is no other.
    pub why: Why,
}

/// Why a line has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// By what the last attempt reported.
    Reported,
    /// The host's retries are spent.
    BudgetSpent,
    /// Its deadline has come, or would come before another attempt.
    Deadline,
    /// The host asks to be left alone for this time, which is too long.
    RetryAfter(Duration),
    /// The host has had no success for too long.
    HostDown,
    /// The run was stopped.
    Cancelled,
}

/// The state of one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostStatus {
    /// Lines that could be attempted now, but for the limits.
    pub waiting: usize,
    /// Attempts that run.
    pub running: usize,
    /// How many may run.
    pub limit: usize,
    /// When the next one may start.
    pub not_before: Duration,
}
