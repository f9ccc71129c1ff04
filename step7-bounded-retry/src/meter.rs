use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts what is in flight. Its clones count together.
///
/// ```
/// # use step7_bounded_retry::ConcurrencyMeter;
/// let meter = ConcurrencyMeter::default();
/// let first = meter.enter();
/// let second = meter.enter();
/// drop(first);
/// assert_eq!((meter.in_flight(), meter.peak()), (1, 2));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ConcurrencyMeter(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    in_flight: usize,
    timeline: Vec<usize>,
}

impl ConcurrencyMeter {
    /// Counts one more, until the guard is dropped: also when an attempt is cancelled or panics.
    /// (The article's `exit` is a call of its own, which a cancelled attempt never reaches.)
    #[must_use = "it counts until the guard is dropped"]
    pub fn enter(&self) -> InFlight {
        let mut counts = self.lock();
        counts.in_flight += 1;
        let now = counts.in_flight;
        counts.timeline.push(now);
        InFlight(self.clone())
    }

    /// How many are in flight now.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.lock().in_flight
    }

    /// The most that ever were.
    #[must_use]
    pub fn peak(&self) -> usize {
        self.lock().timeline.iter().copied().max().unwrap_or(0)
    }

    /// How many were in flight after each entry. It grows with every entry: a meter is for tests
    /// and demonstrations.
    #[must_use]
    pub fn timeline(&self) -> Vec<usize> {
        self.lock().timeline.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that is in flight; see [`ConcurrencyMeter::enter`].
#[derive(Debug)]
pub struct InFlight(ConcurrencyMeter);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.lock().in_flight -= 1;
    }
}
