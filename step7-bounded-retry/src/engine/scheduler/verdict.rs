use std::time::Duration;

use super::host::Line;
use super::{Alarm, Attempt, Ended, Report, Scheduler, Why, tokens};

impl<T> Scheduler<T> {
    /// What the end of an attempt means for its host, and for its line.
    pub(super) fn judge(
        &mut self,
        mut attempt: Attempt<T>,
        report: Report,
        now: Duration,
    ) -> Option<Ended<T>> {
        let settings = &self.settings;
        let host = &mut self.hosts[attempt.host];
        let mut hosts_own = false;
        let cost = match report {
            Report::Success | Report::Failed => {
                self.cap = settings
                    .max_concurrency
                    .get()
                    .min(self.cap.saturating_add(1));
                host.health.answered(settings.max_per_host.get());
                if let Report::Success = report {
                    host.tokens.succeeded(attempt.history.paid);
                }
                return Some(attempt.end(Why::Reported));
            }
            Report::Dropped => {
                let over = now >= attempt.history.deadline;
                return Some(attempt.end(if over { Why::Deadline } else { Why::Cancelled }));
            }
            Report::Local => {
                self.cap = self.running.max(1);
                let delay = settings.delay(1, self.random.f64());
                return self.again(attempt, Some(delay), now);
            }
            Report::Retriable => tokens::RETRY,
            Report::TimedOut => tokens::RETRY_AFTER_TIMEOUT,
            Report::Host {
                connected,
                retry_after,
            } => {
                if attempt.pause == host.health.pauses() {
                    let id = attempt.history.id;
                    let random = &mut self.random;
                    host.health
                        .failed(id, connected, retry_after, now, settings, random);
                }
                if let Some(why) = host.health.closed(now) {
                    return Some(attempt.end(why));
                }
                hosts_own = retry_after.is_some() || host.health.in_trouble();
                tokens::RETRY
            }
        };
        if hosts_own {
            return self.again(attempt, None, now);
        }
        attempt.history.charged += 1;
        if attempt.history.charged >= settings.retry.max_attempts.get() {
            return Some(attempt.end(Why::Reported));
        }
        let delay = settings.delay(attempt.history.charged, self.random.f64());
        if now.saturating_add(delay) >= attempt.history.deadline {
            return Some(attempt.end(Why::Deadline));
        }
        if !host.tokens.withdraw(cost) {
            return Some(attempt.end(Why::BudgetSpent));
        }
        attempt.history.paid = cost;
        self.again(attempt, Some(delay), now)
    }

    /// The line waits for another attempt: for its backoff, or as one that is due. If its deadline comes
    /// before it could be attempted, it ends now.
    fn again(
        &mut self,
        attempt: Attempt<T>,
        delay: Option<Duration>,
        now: Duration,
    ) -> Option<Ended<T>> {
        if self.stopped {
            return Some(attempt.end(Why::Cancelled));
        }
        let id = attempt.host;
        let host = &mut self.hosts[id];
        let due = now.saturating_add(delay.unwrap_or_default());
        if due.max(host.health.not_before()) >= attempt.history.deadline {
            return Some(attempt.end(Why::Deadline));
        }
        self.next_id += 1;
        let order = self.next_id;
        self.waiting += 1;
        self.waiting_bytes += attempt.bytes;
        let alarm = if delay.is_some() {
            due
        } else {
            attempt.history.deadline
        };
        self.alarms.insert((alarm, id, Alarm::Line(order)));
        let line = Line {
            item: attempt.item,
            bytes: attempt.bytes,
            history: Some(Box::new(attempt.history)),
        };
        let queue = if delay.is_some() {
            &mut host.backing_off
        } else {
            &mut host.retries
        };
        queue.insert(order, (alarm, line));
        None
    }
}
