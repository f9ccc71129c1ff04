use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{StatusCode, Url};

use super::Failure;

/// One URL that is being fetched, for its attempts.
///
/// An attempt tells it what it sees, as it sees it: then the outcome knows it also when the attempt
/// is dropped half-way, by its timeout or by the end of the run.
#[derive(Debug)]
pub struct Request {
    /// The URL.
    pub url: Url,
    /// Which of the URLs it is, from 0.
    pub index: u64,
    status: AtomicU16,
    bytes: AtomicU64,
}

impl Request {
    pub(super) fn new(url: Url, index: u64) -> Self {
        Self {
            url,
            index,
            status: AtomicU16::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// A response has come.
    pub fn saw_response(&self, status: StatusCode) {
        self.status.store(status.as_u16(), Ordering::Relaxed);
    }

    /// So many decoded bytes of its body have come.
    pub fn saw_bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The decoded bytes of the current attempt so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn status(&self) -> Option<StatusCode> {
        StatusCode::from_u16(self.status.load(Ordering::Relaxed)).ok()
    }

    pub(super) fn next_attempt(&self) {
        self.bytes.store(0, Ordering::Relaxed);
    }
}

/// What became of one URL.
#[derive(Debug)]
pub struct Outcome<T> {
    /// Which of the URLs it is, from 0.
    pub index: u64,
    /// The URL as given.
    pub url: String,
    /// What the last attempt returned, or why there is nothing.
    pub result: Result<T, Failure>,
    /// How many attempts were begun.
    pub attempts: u32,
    /// The status of the last response, if one came in any attempt.
    pub status: Option<StatusCode>,
    /// The decoded bytes of the last attempt's body.
    pub bytes: u64,
    /// Since the URL was taken in.
    pub elapsed: Duration,
}
