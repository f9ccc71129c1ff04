use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{StatusCode, Url};

use super::Failure;

/// A URL that is being fetched, as its attempts see it.
///
/// An attempt records the status and the bytes as they arrive, so that the outcome has them even if
/// the attempt is dropped half-way, by its timeout or by the end of the run.
#[derive(Debug)]
pub struct Request {
    /// The URL.
    pub url: Url,
    /// The position of the URL in the input, from 0.
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

    /// Records the status of a response that has arrived.
    pub fn record_status(&self, status: StatusCode) {
        self.status.store(status.as_u16(), Ordering::Relaxed);
    }

    /// Records that this many more decoded bytes of the body have arrived.
    pub fn record_bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The decoded bytes that the current attempt has recorded so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn status(&self) -> Option<StatusCode> {
        StatusCode::from_u16(self.status.load(Ordering::Relaxed)).ok()
    }

    pub(super) fn start_attempt(&self) {
        self.bytes.store(0, Ordering::Relaxed);
    }
}

/// The outcome of one URL.
#[derive(Debug)]
pub struct Outcome<T> {
    /// The position of the URL in the input, from 0.
    pub index: u64,
    /// The URL as given.
    pub url: String,
    /// What the last attempt returned, or why the URL has no result.
    pub result: Result<T, Failure>,
    /// How many attempts were started.
    pub attempts: u32,
    /// The status of the last response, if one arrived in any attempt.
    pub status: Option<StatusCode>,
    /// The decoded body bytes of the last attempt.
    pub bytes: u64,
    /// The time since the URL was accepted.
    pub elapsed: Duration,
}
