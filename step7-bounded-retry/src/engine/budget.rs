const START: u32 = 50;
const CAP: u32 = 500;
const FIRST_ATTEMPT: u32 = 1;
const RETRY: u32 = 5;

/// What one host may still be asked for a second time: one retry for every five first attempts,
/// and ten in advance.
///
/// A host that is down would get every attempt of every URL. With a budget it gets the first
/// attempts, and a fifth of them again. Whole numbers, so that no rounding gives anything away.
pub(super) struct Budget(u32);

impl Default for Budget {
    fn default() -> Self {
        Self(START)
    }
}

impl Budget {
    pub(super) fn first_attempt(&mut self) {
        self.0 = (self.0 + FIRST_ATTEMPT).min(CAP);
    }

    /// Whether there was enough for a retry; then it is paid for.
    pub(super) fn retry(&mut self) -> bool {
        let rest = self.0.checked_sub(RETRY);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }
}
