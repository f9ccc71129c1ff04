use crate::RetryPolicy;

/// Attempts until one succeeds, or fails in a way for which `is_retriable` says no, or was the last
/// that the policy allows. Between two attempts it sleeps for [`RetryPolicy::backoff`].
///
/// Gives the last attempt's result, and how many there were.
///
/// # Cancellation
///
/// Dropping the future drops the attempt that is running, or the sleep.
pub async fn retry<T, E, F>(
    policy: RetryPolicy,
    is_retriable: impl Fn(&E) -> bool,
    mut attempt: impl FnMut() -> F,
) -> (Result<T, E>, u32)
where
    F: Future<Output = Result<T, E>>,
{
    let mut attempts = 1;
    loop {
        match attempt().await {
            Err(error) if attempts < policy.max_attempts.get() && is_retriable(&error) => {
                tokio::time::sleep(policy.backoff(attempts)).await;
                attempts += 1;
            }
            result => return (result, attempts),
        }
    }
}
