use std::future::pending;
use std::process;

use tokio_util::sync::CancellationToken;

use crate::INTERRUPTED;

/// Cancels the token at the first Ctrl-C or SIGTERM, and exits at once at the second.
///
/// Run it in a task of its own, so that it also runs while a write to standard output blocks.
pub async fn listen(stop: CancellationToken) {
    stop_signal().await;
    stop.cancel();
    stop_signal().await;
    process::exit(INTERRUPTED.into());
}

/// Resolves on Ctrl-C or SIGTERM; pends for ever if no handler can be installed.
async fn stop_signal() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => drop(terminate.recv().await),
        Err(_) => pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    pending().await
}
