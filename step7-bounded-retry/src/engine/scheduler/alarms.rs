use std::mem;
use std::time::Duration;

use super::{Alarm, Scheduler, Why};

/// How long a host without lines is remembered, unless there is more to remember.
const HOST_MEMORY: Duration = Duration::from_secs(10);
/// How many hosts without lines are remembered, so that memory is bounded if very many of them are down.
const MOST_IDLE: usize = 10_000;

impl<T> Scheduler<T> {
    /// Sees to the alarms whose time has come, and forgets the hosts that are idle.
    pub(super) fn ring(&mut self, now: Duration) {
        while let Some(&(time, id, alarm)) = self.alarms.first() {
            if time > now {
                break;
            }
            self.alarms.pop_first();
            let Some(host) = self.hosts.get_mut(id) else {
                continue;
            };
            if let Alarm::Line(order) = alarm {
                if let Some((_, line)) = host.backing_off.remove(&order) {
                    // Behind the retries that were due before it.
                    self.next_id += 1;
                    let (order, deadline) = (self.next_id, line.deadline());
                    self.alarms.insert((deadline, id, Alarm::Line(order)));
                    host.retries.insert(order, (deadline, line));
                } else if let Some((_, line)) = host.retries.remove(&order) {
                    self.waiting -= 1;
                    self.waiting_bytes -= line.bytes;
                    self.ended.push_back(line.end(Why::Deadline));
                }
            }
            self.arrange(id, now);
        }
        while let Some(&(since, id)) = self.idle.front() {
            let are_many = self.idle.len() > MOST_IDLE;
            if since.saturating_add(HOST_MEMORY) > now && !are_many {
                break;
            }
            self.idle.pop_front();
            let host = &mut self.hosts[id];
            if !host.is_idle() {
                host.is_listed_idle = false;
                continue;
            }
            let is_forgettable = host.health.forgettable(now, self.settings.host_patience);
            if !host.is_listed() && (is_forgettable || are_many) {
                let host = self.hosts.remove(id);
                self.names.remove(&host.name);
                continue;
            }
            self.idle.push_back((now, id));
            if are_many {
                break;
            }
        }
    }

    /// Puts the host where it belongs now: with those that are ready, or that wait, or that are idle.
    pub(super) fn arrange(&mut self, id: usize, now: Duration) {
        let host = &mut self.hosts[id];
        if host.is_idle() {
            if !host.is_listed_idle {
                host.is_listed_idle = true;
                self.idle.push_back((now, id));
            }
        } else if host.may_start(now) {
            if !host.retries.is_empty() && !host.is_urgent {
                host.is_urgent = true;
                self.urgent.push_back(id);
            }
            if !host.is_ready {
                host.is_ready = true;
                self.ready.push_back(id);
            }
        } else if host.may_start(host.health.not_before()) {
            self.alarms
                .insert((host.health.not_before(), id, Alarm::Host));
        }
    }

    /// Ends all lines of the host that wait.
    pub(super) fn close(&mut self, id: usize, why: Why) {
        let host = &mut self.hosts[id];
        let mut lines = Vec::from(mem::take(&mut host.fresh));
        let tried = mem::take(&mut host.retries).into_iter();
        for (order, (time, line)) in tried.chain(mem::take(&mut host.backing_off)) {
            self.alarms.remove(&(time, id, Alarm::Line(order)));
            lines.push(line);
        }
        for line in lines {
            self.waiting -= 1;
            self.waiting_bytes -= line.bytes;
            self.ended.push_back(line.end(why));
        }
    }
}
