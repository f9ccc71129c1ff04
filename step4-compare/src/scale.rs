//! From milliseconds to places on a line, and the round numbers to write along it.

use std::iter::successors;

use crate::Timeline;

pub struct Scale {
    end_ms: u64,
    unit: (&'static str, u64),
}

const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000)];

impl Scale {
    /// The scale for `timeline`, shared with the others of its scenario among `all`.
    pub fn of(timeline: &Timeline, all: &[Timeline]) -> Self {
        let same = all
            .iter()
            .filter(|other| other.scenario == timeline.scenario);
        Self::new(same.map(Timeline::end_ms).max().unwrap_or(0))
    }

    /// A scale from 0 to `end_ms`, in the largest unit of which that is at least one and a half.
    fn new(end_ms: u64) -> Self {
        let unit = UNITS
            .into_iter()
            .rev()
            .find(|(_, ms)| end_ms >= ms + ms / 2);
        Self {
            end_ms,
            unit: unit.unwrap_or(UNITS[0]),
        }
    }

    /// Where `ms` is on a line that begins at 0 and ends at `length`.
    pub fn place(&self, ms: u64, length: u64) -> u64 {
        match self.end_ms {
            0 => 0,
            end => (ms.saturating_mul(length).saturating_add(end / 2) / end).min(length),
        }
    }

    /// At most six round moments from 0 on, and how they are written.
    pub fn ticks(&self) -> impl Iterator<Item = (u64, String)> {
        let (_, unit) = self.unit;
        let smallest = (unit / 10).max(1);
        let step = successors(Some(smallest), |tens| tens.checked_mul(10))
            .flat_map(|tens| [tens, tens.saturating_mul(2), tens.saturating_mul(5)])
            .find(|step| self.end_ms / step <= 5)
            .unwrap_or(u64::MAX);

        (0..=self.end_ms / step).map(move |tick| {
            let ms = tick * step;
            let label = match (ms / unit, ms % unit * 10 / unit) {
                (whole, 0) => whole.to_string(),
                (whole, tenth) => format!("{whole}.{tenth}"),
            };
            (ms, label)
        })
    }

    /// What the ticks count.
    pub fn unit(&self) -> &'static str {
        self.unit.0
    }
}
