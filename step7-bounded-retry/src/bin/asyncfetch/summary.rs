use std::collections::{BTreeMap, HashSet};
use std::fmt::{self, Display};
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use hdrhistogram::Histogram;
use step7_bounded_retry::engine::{FailureKind, Outcome};

use crate::output::Seconds;
use crate::selection::host_hash;

/// The outcomes of all URLs, counted. Its memory does not grow with their number.
pub struct Summary {
    started: Instant,
    ok: u64,
    failed: BTreeMap<FailureKind, u64>,
    /// A hash of each: a million names would take a hundred megabytes.
    hosts_down: HashSet<u64>,
    resumed: u64,
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
            hosts_down: HashSet::new(),
            resumed: 0,
            retries: 0,
            bytes: 0,
            elapsed: Histogram::new_with_max(day, 3).expect("the bounds are constants"),
        }
    }

    pub fn count(&mut self, outcome: &Outcome<Option<String>>) {
        match &outcome.result {
            Ok(_) => self.ok += 1,
            Err(failure) => {
                *self.failed.entry(failure.kind()).or_default() += 1;
                if let FailureKind::HostDown = failure.kind() {
                    self.hosts_down.insert(host_hash(&outcome.url));
                }
            }
        }
        self.retries += u64::from(outcome.attempts.saturating_sub(1));
        self.bytes = self.bytes.saturating_add(outcome.bytes);
        self.elapsed
            .saturating_record(milliseconds(outcome.elapsed));
    }

    /// So many lines were passed over, because an earlier run has fetched them.
    pub fn resumed(&mut self, lines: u64) {
        self.resumed = lines;
    }

    pub fn failed(&self) -> u64 {
        self.failed.values().sum()
    }

    pub fn invalid_urls(&self) -> u64 {
        let invalid = self.failed.get(&FailureKind::InvalidUrl);
        invalid.copied().unwrap_or_default()
    }

    pub fn total(&self) -> u64 {
        self.ok + self.failed()
    }
}

impl Display for Summary {
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown to one decimal")]
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let total = self.total();
        if self.resumed > 0 {
            writeln!(f, "fetched by the earlier run: {}", self.resumed)?;
        }
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
        write!(f, "\nelapsed p50 {p50}, p90 {p90}, p99 {p99}")?;
        self.write_advice(f)
    }
}

impl Summary {
    /// What to do about the failures for which something can be done.
    fn write_advice(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let has = |kind| self.failed.contains_key(&kind);
        let hosts = match self.hosts_down.len() {
            1 => "1 host".to_owned(),
            many => format!("{many} hosts"),
        };
        let advice = [
            (
                FailureKind::HostDown,
                format!("{hosts} down: try --resume later"),
            ),
            (
                FailureKind::RetryAfter,
                "a host asks for more time: try --resume later".to_owned(),
            ),
            (
                FailureKind::Deadline,
                "too slow: try a longer --deadline, or --resume later".to_owned(),
            ),
            (
                FailureKind::Local,
                "open files: try `ulimit -n`, or a lower --concurrency".to_owned(),
            ),
            (
                FailureKind::BodyTooLarge,
                "large bodies: try a larger --max-body".to_owned(),
            ),
        ];
        for (_, advice) in advice.into_iter().filter(|&(kind, _)| has(kind)) {
            write!(f, "\n{advice}")?;
        }
        Ok(())
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
