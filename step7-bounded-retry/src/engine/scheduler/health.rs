use std::time::Duration;

use fastrand::Rng;

use super::Why;
use crate::engine::Settings;

/// After this many failures in a row, of as many different lines, the host is in trouble.
const TROUBLE: usize = 3;
/// When this many different lines have failed, the host may be down.
const MANY: usize = 20;
/// The longest pause of a host that answers. A host that does not answer is paused for up to
/// [`max_delay`](Settings::max_delay).
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Failures of a host in trouble cost its lines no attempts, so without a pause they would be retried
/// at once, again and again.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// How many attempts a host may have at a time, and from when on.
pub(super) struct Health {
    limit: usize,
    not_before: Duration,
    /// Failures of the host since its last answer.
    failures: u32,
    failing_since: Duration,
    /// The lines that failed, at most [`MANY`] of them.
    failed: Vec<u64>,
    /// Whether any of the failures was an answer.
    connected: bool,
    pauses: u64,
    /// Why its lines end untried, and until when.
    closed: Option<(Why, Duration)>,
}

impl Health {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            not_before: Duration::ZERO,
            failures: 0,
            failing_since: Duration::ZERO,
            failed: Vec::new(),
            connected: false,
            pauses: 0,
            closed: None,
        }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn not_before(&self) -> Duration {
        self.not_before
    }

    /// How many pauses there have been.
    pub(super) fn pauses(&self) -> u64 {
        self.pauses
    }

    /// A single page that always fails does not put its host in trouble.
    pub(super) fn in_trouble(&self) -> bool {
        self.failures as usize >= TROUBLE && self.failed.len() >= TROUBLE
    }

    pub(super) fn is_turn_of_fresh(&self) -> bool {
        self.in_trouble() && self.failures % 2 == 0
    }

    /// Why the host's lines end untried, if they do.
    pub(super) fn closed(&self, now: Duration) -> Option<Why> {
        let (why, until) = self.closed?;
        (now < until).then_some(why)
    }

    /// Whether nothing is lost if the host is forgotten: it is not paused, not given up, and there is no
    /// failure from which its patience runs.
    pub(super) fn forgettable(&self, now: Duration, patience: Duration) -> bool {
        let is_patient = self.failures > 0 && now <= self.failing_since.saturating_add(patience);
        self.not_before <= now && self.closed(now).is_none() && !is_patient
    }

    pub(super) fn started(&mut self, now: Duration, interval: Duration) {
        // Without an interval it would only be an alarm for a time that has passed.
        if !interval.is_zero() {
            self.not_before = self.not_before.max(now.saturating_add(interval));
        }
    }

    /// The host has answered. Its trouble is over, and each answer doubles how many attempts may run.
    pub(super) fn answered(&mut self, most: usize) {
        self.failures = 0;
        self.failed.clear();
        self.connected = false;
        self.limit = most.min(self.limit.saturating_mul(2));
    }

    /// A failure that is the host's own. The caller leaves out attempts that were running when a pause
    /// began: they would lengthen it again.
    pub(super) fn failed(
        &mut self,
        line: u64,
        connected: bool,
        retry_after: Option<Duration>,
        now: Duration,
        settings: &Settings,
        random: &mut Rng,
    ) {
        if self.failures == 0 {
            self.failing_since = now;
            self.closed = None;
        }
        self.failures = self.failures.saturating_add(1);
        self.connected |= connected;
        if self.failed.len() < MANY && !self.failed.contains(&line) {
            self.failed.push(line);
        }

        if let Some(asked) = retry_after {
            if asked > settings.max_retry_after {
                self.closed = Some((Why::RetryAfter(asked), now.saturating_add(asked)));
                return;
            }
            let spread = settings.retry.base_delay.min(settings.max_delay) / 2;
            self.pause(now, settings.jitter.delay(asked, spread, random.f64()));
        } else if self.in_trouble() {
            let longest = if self.connected {
                LONGEST_PAUSE
            } else {
                settings.max_delay
            };
            let longest = longest.min(settings.max_delay);
            let pause = settings.retry.backoff(self.failures - 2).min(longest);
            let pause = pause.max(SHORTEST_PAUSE);
            let half = pause / 2;
            self.pause(now, settings.jitter.delay(half, half, random.f64()));
        } else {
            self.limit = (self.limit / 2).max(1);
        }

        let patient_until = self.failing_since.saturating_add(settings.host_patience);
        if now > patient_until && (!self.connected || self.failed.len() >= MANY) {
            let until = now.saturating_add(settings.host_patience);
            self.closed = Some((Why::HostDown, until));
        }
    }

    fn pause(&mut self, now: Duration, pause: Duration) {
        self.not_before = self.not_before.max(now.saturating_add(pause));
        self.limit = 1;
        self.pauses += 1;
    }
}
