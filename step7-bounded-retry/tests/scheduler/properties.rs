//! Random runs of the scheduler, a step at a time, and what must hold after each step.

use std::env;
use std::time::Duration;

use fastrand::Rng;
use step7_bounded_retry::RetryPolicy;
use step7_bounded_retry::engine::scheduler::{
    Attempt, Ended, HostStatus, Report, Scheduler, Step, Why,
};
use step7_bounded_retry::engine::{Jitter, Settings};

const HOSTS: [&str; 4] = ["http://a", "http://b", "http://c", "http://d"];
const SECOND: Duration = Duration::from_secs(1);

/// The place of a host in [`HOSTS`].
fn index(name: &str) -> usize {
    let last = name.as_bytes()[name.len() - 1];
    usize::from(last - b'a')
}

/// A million steps; twenty times as many where `LONG_TESTS` is set.
fn random_runs(local: bool) {
    let runs = if env::var_os("LONG_TESTS").is_some() {
        10_000
    } else {
        500
    };
    for seed in 0..runs {
        Run::new(seed, local).steps(2_000);
    }
}

#[test]
fn every_law_holds_after_each_step_of_random_runs() {
    random_runs(false);
}

#[test]
fn every_law_holds_while_this_machines_own_limits_are_reached() {
    random_runs(true);
}

/// A line as the test sees it.
#[derive(Clone, Copy)]
struct Line {
    number: usize,
    host: usize,
    bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waits,
    Runs,
    Ended,
}

struct Running {
    attempt: Attempt<Line>,
    started: Duration,
}

#[derive(Default)]
struct Host {
    running: usize,
    last_start: Option<Duration>,
    /// When its last pause began, and until when it lasts.
    paused: Option<(Duration, Duration)>,
}

struct Run {
    seed: u64,
    random: Rng,
    settings: Settings,
    scheduler: Scheduler<Line>,
    now: Duration,
    /// The lines by their numbers.
    lines: Vec<State>,
    ended: usize,
    waiting: usize,
    waiting_bytes: usize,
    running: Vec<Running>,
    hosts: [Host; HOSTS.len()],
    /// How well the hosts are in this run: of a hundred answers, so many are good.
    good: u32,
    /// Whether this machine's own limits play a part.
    local: bool,
}

impl Run {
    fn new(seed: u64, local: bool) -> Self {
        let mut random = Rng::with_seed(seed);
        let settings = Settings {
            max_concurrency: random.usize(1..8).try_into().unwrap(),
            max_per_host: random.usize(1..5).try_into().unwrap(),
            host_interval: SECOND / 10 * random.u32(0..2),
            host_patience: SECOND * random.u32(1..60),
            max_waiting: random.usize(1..400),
            retry: RetryPolicy {
                max_attempts: random.u32(1..5).try_into().unwrap(),
                // So that each pause is longer than the interval, and can be seen.
                base_delay: SECOND / 100 * random.u32(25..80),
                multiplier: 2.0,
            },
            jitter: if random.bool() {
                Jitter::Full
            } else {
                Jitter::None
            },
            max_retry_after: SECOND * random.u32(1..20),
            deadline: SECOND * random.u32(1..60),
            ..Settings::default()
        };
        Self {
            seed,
            settings,
            scheduler: Scheduler::new(settings, random.fork()),
            now: Duration::ZERO,
            lines: Vec::new(),
            ended: 0,
            waiting: 0,
            waiting_bytes: 0,
            running: Vec::new(),
            hosts: Default::default(),
            good: [0, 30, 60, 95][random.usize(0..4)],
            local,
            random,
        }
    }

    fn steps(mut self, steps: usize) {
        for _ in 0..steps {
            let happened = match self.random.u8(0..10) {
                0..3 => self.push(),
                3..6 => self.end_one(),
                _ => {
                    self.advance();
                    true
                }
            };
            if happened {
                self.drain();
            }
        }
        if self.random.bool() {
            self.scheduler.stop();
            self.drain();
            assert_eq!(
                self.waiting, 0,
                "a stop ends all that wait: seed {}",
                self.seed
            );
        }
        // To the end: nothing is stuck, and each line has ended.
        while !self.scheduler.is_empty() {
            if self.running.is_empty() {
                self.advance();
            } else {
                self.end_one();
            }
            self.drain();
        }
        assert_eq!(self.ended, self.lines.len(), "seed {}", self.seed);
    }

    /// Whether there was room.
    fn push(&mut self) -> bool {
        let room = self.waiting_bytes < self.settings.max_waiting;
        assert_eq!(self.scheduler.has_room(), room, "seed {}", self.seed);
        if !room {
            return false;
        }
        let line = Line {
            number: self.lines.len(),
            host: self.random.usize(0..HOSTS.len()),
            bytes: self.random.usize(1..50),
        };
        self.lines.push(State::Runs);
        self.waits_again(line);
        self.scheduler
            .push(HOSTS[line.host], line, line.bytes, self.now);
        true
    }

    fn waits_again(&mut self, line: Line) {
        self.lines[line.number] = State::Waits;
        self.waiting += 1;
        self.waiting_bytes += line.bytes;
    }

    /// A line that waits starts or ends, which it does at most once for each time that it waits.
    fn waits_no_more(&mut self, line: Line, state: State) {
        let before = self.lines[line.number];
        assert_eq!(
            before,
            State::Waits,
            "line {}: seed {}",
            line.number,
            self.seed
        );
        self.lines[line.number] = state;
        self.waiting -= 1;
        self.waiting_bytes -= line.bytes;
    }

    fn advance(&mut self) {
        self.now += match self.random.u8(0..4) {
            0 => SECOND / 1000,
            1 => SECOND / 20,
            2 => SECOND,
            _ => match self.scheduler.next(self.now) {
                Step::Wait(time) => time.unwrap_or_default().saturating_sub(self.now),
                _ => unreachable!("it was asked until it said to wait"),
            },
        };
    }

    fn report(&mut self) -> Report {
        if self.random.u32(0..100) < self.good {
            return Report::Success;
        }
        let asked = SECOND * self.random.u32(1..25);
        match self.random.u8(0..12) {
            0 => Report::Failed,
            1 => Report::Retriable,
            2 => Report::TimedOut,
            3 if self.local => Report::Local,
            3 => Report::Dropped,
            4 => Report::Host {
                connected: true,
                retry_after: Some(asked),
            },
            5..8 => Report::Host {
                connected: true,
                retry_after: None,
            },
            _ => Report::Host {
                connected: false,
                retry_after: None,
            },
        }
    }

    /// Whether an attempt was running.
    fn end_one(&mut self) -> bool {
        if self.running.is_empty() {
            return false;
        }
        let Running { attempt, started } = self
            .running
            .swap_remove(self.random.usize(0..self.running.len()));
        let line = attempt.item;
        let report = self.report();
        self.hosts[line.host].running -= 1;
        self.waits_again(line);
        let before = self.status(line.host).not_before;
        if let Some(ended) = self.scheduler.ended(attempt, report, self.now) {
            self.line_ended(&ended);
        }

        let status = self.status(line.host);
        let host = &mut self.hosts[line.host];
        // An attempt that was running when a pause began does not lengthen it.
        let is_news = host.paused.is_none_or(|(began, _)| started > began);
        if let (
            true,
            Report::Host {
                retry_after: Some(asked),
                ..
            },
        ) = (is_news, report)
        {
            let asked = if asked > self.settings.max_retry_after {
                Duration::ZERO
            } else {
                asked
            };
            assert!(
                status.not_before >= self.now + asked || asked.is_zero(),
                "seed {}",
                self.seed
            );
        }
        if host.paused.is_some_and(|(began, _)| started < began) {
            assert_eq!(
                status.not_before, before,
                "a longer pause: seed {}",
                self.seed
            );
        }
        if status.not_before > before {
            host.paused = Some((self.now, status.not_before));
        }
        true
    }

    fn line_ended(&mut self, ended: &Ended<Line>) {
        self.waits_no_more(ended.item, State::Ended);
        self.ended += 1;
        let may_be_untried = matches!(
            ended.why,
            Why::RetryAfter(_) | Why::HostDown | Why::Cancelled
        );
        assert!(
            ended.attempts > 0 || may_be_untried,
            "{:?} untried: seed {}",
            ended.why,
            self.seed
        );
    }

    fn status(&self, host: usize) -> HostStatus {
        let mut all = self.scheduler.statuses();
        let known = all.find(|(name, _)| index(name) == host);
        known.expect("a host with a line is known").1
    }

    /// Does what the scheduler says, until it says to wait.
    fn drain(&mut self) {
        loop {
            match self.scheduler.next(self.now) {
                Step::Start(attempt) => self.started(attempt),
                Step::End(ended) => self.line_ended(&ended),
                Step::Wait(until) => return self.waits(until),
            }
        }
    }

    fn started(&mut self, attempt: Attempt<Line>) {
        let (seed, line) = (self.seed, attempt.item);
        self.waits_no_more(line, State::Runs);
        assert!(
            self.now < attempt.deadline(),
            "an attempt after its deadline: seed {seed}"
        );
        let host = &mut self.hosts[line.host];
        if let Some((_, until)) = host.paused {
            assert!(self.now >= until, "an attempt within a pause: seed {seed}");
        }
        if let Some(last) = host.last_start {
            let interval = self.now.checked_sub(last).unwrap();
            assert!(
                interval >= self.settings.host_interval,
                "{interval:?} after another: seed {seed}"
            );
        }
        host.last_start = Some(self.now);
        host.running += 1;
        self.running.push(Running {
            attempt,
            started: self.now,
        });
        let most = self.settings.max_per_host.get();
        assert!(self.hosts[line.host].running <= most, "seed {seed}");
        assert!(
            self.running.len() <= self.settings.max_concurrency.get(),
            "seed {seed}"
        );
    }

    /// It says to wait: then nothing may start, and it does not wait for too long.
    fn waits(&self, until: Option<Duration>) {
        let seed = self.seed;
        let cap = if self.local {
            1
        } else {
            self.settings.max_concurrency.get()
        };
        let is_full = self.running.len() >= cap;
        let mut running = [0; HOSTS.len()];
        for (name, host) in self.scheduler.statuses() {
            running[index(name)] = host.running;
            assert!(
                (1..=self.settings.max_per_host.get()).contains(&host.limit),
                "seed {seed}"
            );
            if host.waiting > 0 && host.running < host.limit && !is_full {
                assert!(
                    self.now < host.not_before,
                    "an attempt could start: seed {seed}"
                );
                assert!(
                    until.is_some_and(|until| until <= host.not_before),
                    "too late: seed {seed}"
                );
            }
        }
        for (host, running) in self.hosts.iter().zip(running) {
            assert_eq!(host.running, running, "seed {seed}");
        }
        let stuck = self.running.is_empty() && self.waiting > 0 && until.is_none();
        assert!(!stuck, "lines wait for nothing: seed {seed}");
        assert_eq!(
            self.scheduler.is_empty(),
            self.running.is_empty() && self.waiting == 0
        );
    }
}
