use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use hdrhistogram::Histogram;
use step7_bounded_retry::engine::{FailureKind, Outcome};

use crate::output::Seconds;

/// The outcomes of all URLs, counted. Its memory does not grow with their number.
pub struct Summary {
    started: Instant,
    ok: u64,
    failed: BTreeMap<FailureKind, u64>,
    retries: u64,
    bytes: u64,
    /// In milliseconds, with three significant digits.
    elapsed: Histogram<u64>,
}

impl Summary {
    pub fn start() -> Self {
        let day = milliseconds(Duration::from_secs(24 * 60 * 60));
        Self {
            started: Instant::now(),
            ok: 0,
            failed: BTreeMap::new(),
            retries: 0,
            bytes: 0,
            elapsed: Histogram::new_with_max(day, 3).expect("the bounds are constants"),
        }
    }

    pub fn count(&mut self, outcome: &Outcome<()>) {
        match &outcome.result {
            Ok(()) => self.ok += 1,
            Err(failure) => *self.failed.entry(failure.kind()).or_default() += 1,
        }
        self.retries += u64::from(outcome.attempts.saturating_sub(1));
        self.bytes = self.bytes.saturating_add(outcome.bytes);
        self.elapsed
            .saturating_record(milliseconds(outcome.elapsed));
    }

    pub fn failed(&self) -> u64 {
        self.failed.values().sum()
    }

    pub fn total(&self) -> u64 {
        self.ok + self.failed()
    }
}

impl Display for Summary {
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown to one decimal")]
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let total = self.total();
        if total == 0 {
            return write!(f, "nothing to fetch");
        }
        let time = self.started.elapsed();
        let rate = total as f64 / time.as_secs_f64();
        let (time, bytes, retries) = (Seconds(time), ByteSize(self.bytes), self.retries);
        writeln!(
            f,
            "total {total} in {time}, {rate:.1}/s, {bytes}, retries {retries}"
        )?;
        write!(f, "ok {}", self.ok)?;
        for (kind, count) in &self.failed {
            write!(f, ", {kind} {count}")?;
        }
        let within = |percent| {
            let milliseconds = self.elapsed.value_at_percentile(percent);
            Seconds(Duration::from_millis(milliseconds))
        };
        let (p50, p90, p99) = (within(50.0), within(90.0), within(99.0));
        write!(f, "\nelapsed p50 {p50}, p90 {p90}, p99 {p99}")
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
