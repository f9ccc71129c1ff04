use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts the attempts that are in flight. Clones share one count.
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
    /// Adds one to the count until the guard is dropped, which also happens when the attempt is
    /// cancelled or panics. (The article calls `exit` instead; a cancelled attempt never gets there.)
    #[must_use = "the attempt is counted until the guard is dropped"]
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

    /// The largest number that were in flight at the same time.
    #[must_use]
    pub fn peak(&self) -> usize {
        self.lock().timeline.iter().copied().max().unwrap_or(0)
    }

    /// How many were in flight after each entry. It takes memory for every entry: a meter is meant
    /// for tests and demonstrations.
    #[must_use]
    pub fn timeline(&self) -> Vec<usize> {
        self.lock().timeline.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The guard of one attempt in flight; see [`ConcurrencyMeter::enter`].
#[derive(Debug)]
pub struct InFlight(ConcurrencyMeter);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.lock().in_flight -= 1;
    }
}
