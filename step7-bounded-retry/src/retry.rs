use crate::RetryPolicy;

/// Makes attempts until one succeeds, one fails with an error that is not retriable, or the policy
/// allows no more. Between two attempts it sleeps for [`RetryPolicy::backoff`].
///
/// Returns the result of the last attempt, and the number of attempts.
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
