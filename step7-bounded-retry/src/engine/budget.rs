const START: u32 = 50;
const CAP: u32 = 500;
const FIRST_ATTEMPT: u32 = 1;
const RETRY: u32 = 5;

/// The retry budget of one host: ten retries at the start, and one more for every five first
/// attempts.
///
/// Without a budget, a host that is down gets every attempt of every URL. With it, the host gets the
/// first attempts, and a fifth as many retries. The amounts are integers, so nothing is rounded.
pub(super) struct Budget(u32);

impl Default for Budget {
    fn default() -> Self {
        Self(START)
    }
}

impl Budget {
    pub(super) fn deposit(&mut self) {
        self.0 = (self.0 + FIRST_ATTEMPT).min(CAP);
    }

    /// Withdraws the price of one retry. Returns `false`, and withdraws nothing, if the budget is
    /// too small.
    pub(super) fn try_withdraw(&mut self) -> bool {
        let rest = self.0.checked_sub(RETRY);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }
}
