use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{StatusCode, Url};
use tokio::time::Instant;

use super::Failure;

/// A URL as one of its attempts sees it.
///
/// An attempt records what arrives as it arrives. The outcome has it even if the attempt is dropped
/// half-way, and each record is progress: an attempt that makes none for
/// [`stall_timeout`](super::Settings::stall_timeout) is dropped.
#[derive(Debug)]
pub struct Request {
    /// The URL.
    pub url: Url,
    /// The position of the URL in the input, from 0.
    pub index: u64,
    /// Whether the connection should be closed afterwards; see
    /// [`max_kept_hosts`](super::Settings::max_kept_hosts).
    pub close: bool,
    started: Instant,
    /// When the last progress was made, in nanoseconds since the start.
    progress: AtomicU64,
    status: AtomicU16,
    bytes: AtomicU64,
}

impl Request {
    pub(super) fn new(url: Url, index: u64, close: bool) -> Self {
        Self {
            url,
            index,
            close,
            started: Instant::now(),
            progress: AtomicU64::new(0),
            status: AtomicU16::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// Records the status of a response that has arrived.
    pub fn record_status(&self, status: StatusCode) {
        self.status.store(status.as_u16(), Ordering::Relaxed);
        self.record_progress();
    }

    /// Records that this many more decoded bytes of the body have arrived.
    pub fn record_bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.record_progress();
    }

    /// Those that were recorded belong to a response that is not the last one.
    pub(super) fn discard_bytes(&self) {
        self.bytes.store(0, Ordering::Relaxed);
    }

    /// Records that something has arrived.
    pub fn record_progress(&self) {
        let nanoseconds = self.started.elapsed().as_nanos();
        let nanoseconds = nanoseconds.try_into().unwrap_or(u64::MAX);
        self.progress.store(nanoseconds, Ordering::Relaxed);
    }

    /// When the last progress was made.
    pub(super) fn last_progress(&self) -> Instant {
        self.started + Duration::from_nanos(self.progress.load(Ordering::Relaxed))
    }

    /// The decoded bytes that this attempt has recorded so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn status(&self) -> Option<StatusCode> {
        StatusCode::from_u16(self.status.load(Ordering::Relaxed)).ok()
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
    /// The time since its first attempt started.
    pub elapsed: Duration,
}
