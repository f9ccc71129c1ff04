//! When may the next attempt start? A state machine that answers this, and nothing else.
//!
//! URLs, the results of attempts and the time go in; "start this one", "this one has ended" and "wait
//! until" come out. There is no task, no lock, no clock and no await in here: `now` is an argument, the
//! time since the run began. So a test can try a million steps in a second.
//!
//! - [`mod.rs`](self): the queue over all hosts, and the common cap.
//! - `host.rs`: one host's lines that wait, and which of them is next.
//! - `health.rs`: when a host must be left alone, and how many attempts it may have at a time.
//! - `tokens.rs`: how many retries a host may cost.
//! - `verdict.rs`: what the end of an attempt means for its line.
//! - `alarms.rs`: what happens when a time has come.
//! - `messages.rs`: what goes in and what comes out.

mod alarms;
mod health;
mod host;
mod messages;
mod tokens;
mod verdict;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use slab::Slab;

use super::Settings;
use host::{Host, Line};
use messages::History;

pub use messages::{Attempt, Ended, HostStatus, Report, Step, Why};

/// Decides which line of which host is attempted next. A line is any `T`, with the name of its host.
///
/// # Rules
///
/// - Never more than [`max_concurrency`](Settings::max_concurrency) attempts run, nor more than
///   [`max_per_host`](Settings::max_per_host) on one host.
/// - If an attempt may start, it is started. Hosts take turns, those with a retry first.
/// - Each line ends exactly once. It ends without an attempt only as [`Why::RetryAfter`],
///   [`Why::HostDown`] or [`Why::Cancelled`].
/// - Each call costs O(log n) in the lines that wait, but for the call that gives a host up and so
///   ends all its lines.
pub struct Scheduler<T> {
    settings: Settings,
    random: Rng,
    hosts: Slab<Host<T>>,
    names: HashMap<Arc<str>, usize>,
    /// Hosts on which an attempt may start now, each of them once.
    ready: VecDeque<usize>,
    /// Those with a line that has been tried. They come first: its deadline runs.
    urgent: VecDeque<usize>,
    alarms: BTreeSet<(Duration, usize, Alarm)>,
    /// Lines that have ended, to be fetched by [`next`](Self::next).
    ended: VecDeque<Ended<T>>,
    /// Hosts to be forgotten, and since when they may be idle.
    idle: VecDeque<(Duration, usize)>,
    running: usize,
    waiting: usize,
    waiting_bytes: usize,
    /// The common cap, or less while this machine's own limits are reached.
    cap: usize,
    next_id: u64,
    stopped: bool,
}

/// A host that is known, until the next call of [`Scheduler::next`].
#[derive(Clone, Copy, Debug)]
pub struct HostId(usize);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Alarm {
    /// The host's pause is over.
    Host,
    /// The line's backoff is over, or it is due and its deadline has come.
    Line(u64),
}

impl<T> Scheduler<T> {
    /// All that is random comes from `random`.
    #[must_use]
    pub fn new(settings: Settings, random: Rng) -> Self {
        Self {
            settings,
            random,
            hosts: Slab::new(),
            names: HashMap::new(),
            ready: VecDeque::new(),
            urgent: VecDeque::new(),
            alarms: BTreeSet::new(),
            ended: VecDeque::new(),
            idle: VecDeque::new(),
            running: 0,
            waiting: 0,
            waiting_bytes: 0,
            cap: settings.max_concurrency.get(),
            next_id: 0,
            stopped: false,
        }
    }

    /// Whether there is room for one more line: those that wait take less than
    /// [`max_waiting`](Settings::max_waiting) bytes.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.waiting_bytes < self.settings.max_waiting
    }

    /// Whether every line has ended and been handed out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.running == 0 && self.waiting == 0 && self.ended.is_empty()
    }

    /// How many hosts have lines, or had some in the last ten seconds.
    #[must_use]
    pub fn hosts(&self) -> usize {
        self.hosts.len()
    }

    /// The state of each host that is known, with its name.
    pub fn statuses(&self) -> impl Iterator<Item = (&str, HostStatus)> {
        self.hosts.iter().map(|(_, host)| {
            let status = HostStatus {
                waiting: host.waiting(),
                running: host.running,
                limit: host.health.limit(),
                not_before: host.health.not_before(),
            };
            (&*host.name, status)
        })
    }

    /// The host of this name, if it has been seen lately enough to be known.
    #[must_use]
    pub fn host(&self, name: &str) -> Option<HostId> {
        self.names.get(name).map(|&id| HostId(id))
    }

    /// Takes a line in. While it waits it counts as `bytes`.
    pub fn push(&mut self, host: &str, item: T, bytes: usize, now: Duration) {
        let id = self.host(host).unwrap_or_else(|| self.add_host(host));
        self.push_to(id, item, bytes, now);
    }

    /// Like [`push`](Self::push), for a host that has just been looked up.
    pub fn push_to(&mut self, HostId(id): HostId, item: T, bytes: usize, now: Duration) {
        let line = Line {
            item,
            bytes,
            history: None,
        };
        let closed = self.hosts[id].health.closed(now);
        if let Some(why) = closed.or(self.stopped.then_some(Why::Cancelled)) {
            self.ended.push_back(line.end(why));
        } else {
            self.hosts[id].fresh.push_back(line);
            self.waiting += 1;
            self.waiting_bytes += bytes;
        }
        self.arrange(id, now);
    }

    /// What is to be done now. To be asked again until it says [`Step::Wait`].
    pub fn next(&mut self, now: Duration) -> Step<T> {
        self.ring(now);
        if let Some(ended) = self.ended.pop_front() {
            return Step::End(ended);
        }
        while self.running < self.cap {
            let id = if let Some(id) = self.urgent.pop_front() {
                self.hosts[id].is_urgent = false;
                id
            } else if let Some(id) = self.ready.pop_front() {
                self.hosts[id].is_ready = false;
                id
            } else {
                break;
            };
            let attempt = self.hosts[id].may_start(now).then(|| self.start(id, now));
            self.arrange(id, now);
            if let Some(attempt) = attempt {
                return Step::Start(attempt);
            }
        }
        Step::Wait(self.alarms.first().map(|&(time, ..)| time))
    }

    /// An attempt has ended. Gives its line back if that has ended with it.
    pub fn ended(
        &mut self,
        attempt: Attempt<T>,
        report: Report,
        now: Duration,
    ) -> Option<Ended<T>> {
        let id = attempt.host;
        self.running -= 1;
        let host = &mut self.hosts[id];
        host.running -= 1;
        let ended = self.judge(attempt, report, now);
        if let Some(why) = self.hosts[id].health.closed(now) {
            self.close(id, why);
        }
        self.arrange(id, now);
        ended
    }

    /// Ends every line that waits as [`Why::Cancelled`], and starts no more.
    pub fn stop(&mut self) {
        self.stopped = true;
        let ids: Vec<_> = self.hosts.iter().map(|(id, _)| id).collect();
        for id in ids {
            self.close(id, Why::Cancelled);
        }
    }

    fn add_host(&mut self, name: &str) -> HostId {
        let name = Arc::<str>::from(name);
        let host = Host::new(Arc::clone(&name), self.settings.max_per_host.get());
        let id = self.hosts.insert(host);
        self.names.insert(name, id);
        HostId(id)
    }

    fn start(&mut self, id: usize, now: Duration) -> Attempt<T> {
        let host = &mut self.hosts[id];
        let (line, order) = host.take();
        host.running += 1;
        host.health.started(now, self.settings.host_interval);
        self.running += 1;
        self.waiting -= 1;
        self.waiting_bytes -= line.bytes;
        let mut history = if let Some(history) = line.history {
            *history
        } else {
            self.next_id += 1;
            History::new(self.next_id, now, self.settings.deadline)
        };
        if let Some(order) = order {
            let alarm = (history.deadline, id, Alarm::Line(order));
            self.alarms.remove(&alarm);
        }
        history.begun += 1;
        Attempt {
            item: line.item,
            host: id,
            pause: host.health.pauses(),
            bytes: line.bytes,
            history,
        }
    }
}
