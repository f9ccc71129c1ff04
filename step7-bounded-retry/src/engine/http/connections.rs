//! Which connections were used before: neither reqwest nor hyper says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpInfo;
use reqwest::Response;
use tokio::time::Instant;

/// How long an unused connection is kept.
pub(super) const IDLE: Duration = Duration::from_secs(2);

/// When a response last came on each of this machine's ports, in seconds since the start.
///
/// A new connection that gets the port of an old one within [`IDLE`] is taken for it.
#[derive(Clone, Debug)]
pub(super) struct Connections {
    started: Instant,
    used: Arc<[AtomicU32]>,
}

impl Connections {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            used: (0..=u16::MAX).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    /// Records that this response came, at this time.
    pub(super) fn record(&self, response: &Response, at: Instant) {
        if let Some(port) = port(response.extensions()) {
            self.used[port].store(self.seconds(at), Ordering::Relaxed);
        }
    }

    /// Whether the connection on which this came, or nothing came, may have been used before. It is to be
    /// asked before the response is recorded.
    pub(super) fn was_used(&self, sent: &Result<Response, reqwest::Error>) -> bool {
        let port = match sent {
            Ok(response) => port(response.extensions()),
            Err(error) => connection(error),
        };
        port.is_some_and(|port| {
            let used = u64::from(self.used[port].load(Ordering::Relaxed));
            used > 0 && u64::from(self.seconds(Instant::now())) - used <= IDLE.as_secs()
        })
    }

    /// Never zero, which is for a port that has not been used.
    fn seconds(&self, at: Instant) -> u32 {
        let seconds = (at - self.started).as_secs() + 1;
        seconds.try_into().unwrap_or(u32::MAX)
    }
}

fn connection(error: &reqwest::Error) -> Option<usize> {
    use std::error::Error;

    let error: &legacy::Error = error.source()?.downcast_ref()?;
    let mut extensions = http::Extensions::new();
    error.connect_info()?.get_extras(&mut extensions);
    port(&extensions)
}

fn port(extensions: &http::Extensions) -> Option<usize> {
    let info: &HttpInfo = extensions.get()?;
    Some(info.local_addr().port().into())
}
