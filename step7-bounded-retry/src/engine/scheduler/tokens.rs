/// What a retry costs.
pub(super) const RETRY: u32 = 5;
/// What it costs after a timeout, which has held an attempt up for longest.
pub(super) const RETRY_AFTER_TIMEOUT: u32 = 10;
const FIRST_SUCCESS: u32 = 1;
const FULL: u32 = 500;

/// Bounds the retries of one host that are the URLs' own, as the standard retry mode of the AWS SDKs
/// does: a token bucket, full at the beginning.
///
/// A retry that succeeds gives back what it cost. So it is spent where retries do not help, and there
/// alone.
pub(super) struct Tokens(u32);

impl Tokens {
    pub(super) fn full() -> Self {
        Self(FULL)
    }

    /// Pays for a retry, if there is enough.
    pub(super) fn withdraw(&mut self, cost: u32) -> bool {
        let rest = self.0.checked_sub(cost);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// A line has succeeded, whose last retry cost `paid`: 0 if it had none.
    pub(super) fn succeeded(&mut self, paid: u32) {
        self.0 = FULL.min(self.0 + if paid == 0 { FIRST_SUCCESS } else { paid });
    }
}
