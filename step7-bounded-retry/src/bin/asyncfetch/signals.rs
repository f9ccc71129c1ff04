use std::future::pending;
use std::process;

use tokio_util::sync::CancellationToken;

use crate::INTERRUPTED;

/// Listens in a task of its own, so that it hears also while a line cannot be written. The first
/// time it cancels the token; the second time it leaves the program at once.
pub async fn listen(stop: CancellationToken) {
    asked_to_stop().await;
    stop.cancel();
    asked_to_stop().await;
    process::exit(INTERRUPTED.into());
}

/// Ctrl-C, or where there is such a thing, SIGTERM. Where nobody can listen, nobody asks.
async fn asked_to_stop() {
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
