//! Carries a tracing span and a task-local into the children of a group: wrap the future.

use step3_taskgroup::{ErrorGroup, TaskGroup};
use tracing::{Instrument, info, info_span};

tokio::task_local! {
    static USER: &'static str;
}

/// `work` in the span and with the user of the task that calls this.
fn in_context<F: Future>(work: F) -> impl Future<Output = F::Output> {
    USER.scope(USER.get(), work.in_current_span())
}

async fn load(part: &'static str) -> Result<(), String> {
    tokio::task::yield_now().await;
    info!("loads the {part} of {}", USER.get());
    Ok(())
}

async fn page() -> Result<(), ErrorGroup<String>> {
    TaskGroup::scope(async |group| {
        group.spawn(in_context(load("profile")));
        group.spawn(in_context(async {
            load("orders").await?;
            // A child of an inner scope is a task of its own, and is wrapped too.
            let invoices = TaskGroup::<String>::scope(async |inner| {
                inner.spawn(in_context(load("invoices")));
                Ok(())
            });
            invoices.await.map_err(|errors| errors.to_string())
        }));
        Ok(())
    })
    .await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), ErrorGroup<String>> {
    tracing_subscriber::fmt()
        .without_time()
        .with_target(false)
        .with_ansi(false)
        .init();
    let request = page().instrument(info_span!("request", id = 7));
    USER.scope("Ada", request).await
}
