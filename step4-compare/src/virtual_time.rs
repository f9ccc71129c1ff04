use std::panic::resume_unwind;
use std::thread;

use tokio::runtime::Builder;

/// Runs `work` on virtual time: a sleep takes no real time, and the same work does the same in
/// each run.
///
/// The work runs on a thread and a runtime of its own. So this can be called anywhere, within
/// another runtime too, whose clock is not touched. The calling thread waits for the work.
///
/// `work` must not use sockets. To a paused clock, waiting for a socket looks like having nothing
/// to do, and the clock moves on to the next timeout.
///
/// # Panics
///
/// When `work` panics, with the same payload; when the system refuses a thread or a runtime.
pub fn on_virtual_time<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let run = || {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime without I/O needs no resources that can be refused");
        // Spawned, so that `work` is polled in turn with the tasks that it spawns. A future given
        // to `block_on` may be polled between them, and see half of what happens in one tick.
        let finished = runtime.block_on(runtime.spawn(work));
        finished.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    };
    thread::spawn(run)
        .join()
        .unwrap_or_else(|panic| resume_unwind(panic))
}
