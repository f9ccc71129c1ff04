#[cfg(unix)]
use std::future::poll_fn;
use std::process;
#[cfg(unix)]
use std::task::Poll;

use tokio_util::sync::CancellationToken;

use crate::INTERRUPTED;

/// The same on Linux (but for MIPS), macOS and the BSDs.
#[cfg(unix)]
const SIGXFSZ: i32 = 25;
/// SIGHUP is signal 1, which is bit 0 of a mask.
#[cfg(unix)]
const SIGHUP_BIT: u64 = 1;

/// Cancels the token at the first Ctrl-C, SIGTERM or SIGHUP, and exits at once at the second.
///
/// The handlers are installed when this returns. Waiting for the signals is a task of its own, so that
/// it also runs while a write to standard output blocks.
#[cfg(unix)]
pub fn listen(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};

    // A file that has reached the limit of its size is an error of a write, as a full disk is.
    let file_too_large = signal(SignalKind::from_raw(SIGXFSZ));
    let mut signals = vec![SignalKind::interrupt(), SignalKind::terminate()];
    if !hangup_is_ignored() {
        signals.push(SignalKind::hangup());
    }
    let mut signals: Vec<_> = signals
        .into_iter()
        .filter_map(|kind| signal(kind).ok())
        .collect();
    tokio::spawn(async move {
        let _file_too_large = file_too_large;
        let mut next = async || {
            poll_fn(|context| {
                let mut signals = signals.iter_mut();
                if signals.any(|signal| signal.poll_recv(context).is_ready()) {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
        };
        next().await;
        stop.cancel();
        next().await;
        process::exit(INTERRUPTED.into());
    });
}

#[cfg(not(unix))]
pub fn listen(stop: CancellationToken) {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.cancel();
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            process::exit(INTERRUPTED.into());
        }
    });
}

/// Whether the program was started to outlive its terminal, as by `nohup`. Known on Linux; elsewhere
/// SIGHUP ends the run like SIGTERM.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & SIGHUP_BIT != 0)
}
