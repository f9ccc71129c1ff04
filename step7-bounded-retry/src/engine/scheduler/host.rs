use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::health::Health;
use super::messages::History;
use super::tokens::Tokens;
use super::{Ended, Why};

/// A line that waits. Before its first attempt it has no history, so that a million of them stay small.
pub(super) struct Line<T> {
    pub(super) item: T,
    pub(super) bytes: usize,
    pub(super) history: Option<Box<History>>,
}

impl<T> Line<T> {
    pub(super) fn deadline(&self) -> Duration {
        self.history
            .as_ref()
            .map_or(Duration::MAX, |history| history.deadline)
    }

    pub(super) fn end(self, why: Why) -> Ended<T> {
        Ended {
            item: self.item,
            attempts: self.history.as_ref().map_or(0, |history| history.begun),
            since: self.history.as_ref().map(|history| history.first),
            why,
        }
    }
}

/// In the order in which they will be attempted, each with the time of its alarm.
type Tried<T> = BTreeMap<u64, (Duration, Line<T>)>;

/// One host: its lines, and what is known of it.
pub(super) struct Host<T> {
    pub(super) name: Arc<str>,
    /// Never tried.
    pub(super) fresh: VecDeque<Line<T>>,
    /// Tried, and due.
    pub(super) retries: Tried<T>,
    /// Tried, and not yet due.
    pub(super) backing_off: Tried<T>,
    pub(super) running: usize,
    pub(super) health: Health,
    pub(super) tokens: Tokens,
    pub(super) is_ready: bool,
    pub(super) is_urgent: bool,
    pub(super) is_listed_idle: bool,
}

impl<T> Host<T> {
    pub(super) fn new(name: Arc<str>, limit: usize) -> Self {
        Self {
            name,
            fresh: VecDeque::new(),
            retries: BTreeMap::new(),
            backing_off: BTreeMap::new(),
            running: 0,
            health: Health::new(limit),
            tokens: Tokens::full(),
            is_ready: false,
            is_urgent: false,
            is_listed_idle: false,
        }
    }

    /// How many lines are due.
    pub(super) fn waiting(&self) -> usize {
        self.fresh.len() + self.retries.len()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.waiting() == 0 && self.backing_off.is_empty() && self.running == 0
    }

    /// Whether it stands in a queue of hosts.
    pub(super) fn is_listed(&self) -> bool {
        self.is_ready || self.is_urgent
    }

    /// Whether an attempt may start at this time.
    pub(super) fn may_start(&self, now: Duration) -> bool {
        self.waiting() > 0 && self.running < self.health.limit() && self.health.not_before() <= now
    }

    /// The next line, and if it has been tried, its place among the retries.
    ///
    /// Retries come first. In trouble they take turns with fresh lines, so that neither pages that
    /// always fail nor fresh ones alone decide whether the host is well.
    pub(super) fn take(&mut self) -> (Line<T>, Option<u64>) {
        if self.retries.is_empty() || (self.health.is_turn_of_fresh() && !self.fresh.is_empty()) {
            let line = self.fresh.pop_front().expect("a line waits");
            return (line, None);
        }
        let (order, (_, line)) = self.retries.pop_first().expect("a line waits");
        (line, Some(order))
    }
}
