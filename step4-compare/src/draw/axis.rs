//! The time axis: the position of a moment on a line, and the round numbers written along it.

use std::iter::successors;

use crate::Timeline;

pub struct Axis {
    end_ms: u64,
    unit: (&'static str, u64),
}

const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000)];

impl Axis {
    /// An axis from 0 to the last event of all these timelines, in the largest unit of which it has
    /// at least one and a half.
    pub fn covering<'a>(timelines: impl IntoIterator<Item = &'a Timeline>) -> Self {
        let ends = timelines.into_iter().map(Timeline::end_ms);
        let end_ms = ends.fold(0, u64::max);
        let mut units = UNITS.into_iter().rev();
        let unit = units.find(|(_, ms)| end_ms >= ms + ms / 2);
        Self {
            end_ms,
            unit: unit.unwrap_or(UNITS[0]),
        }
    }

    /// The position of the moment `ms` on a line from 0 to `length`.
    pub fn position(&self, ms: u64, length: u64) -> u64 {
        match self.end_ms {
            0 => 0,
            end => (ms.saturating_mul(length).saturating_add(end / 2) / end).min(length),
        }
    }

    /// At most six round moments from 0 on, each with its label.
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

    /// The unit of the labels.
    pub fn unit(&self) -> &'static str {
        self.unit.0
    }
}
