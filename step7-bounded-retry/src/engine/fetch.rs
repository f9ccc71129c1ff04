use std::sync::Arc;

use reqwest::Url;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::budget::Budget;
use super::host::Hosts;
use super::{AttemptError, Failure, Outcome, Request, RetryDecision, Settings};

/// The state that all fetches of a run share.
pub(super) struct Shared<A> {
    settings: Settings,
    attempt: A,
    permits: Semaphore,
    hosts: Hosts,
}

impl<A> Shared<A> {
    pub(super) fn new(settings: Settings, attempt: A) -> Self {
        let permits = settings.max_concurrency.get().min(Semaphore::MAX_PERMITS);
        Self {
            settings,
            attempt,
            permits: Semaphore::new(permits),
            hosts: Hosts::new(settings.max_per_host.get()),
        }
    }
}

/// One URL, from when it is accepted to its outcome.
pub(super) struct Fetch {
    index: u64,
    url: String,
    accepted_at: Instant,
    attempts: u32,
    /// The error of the last attempt, while another one may follow.
    last: Option<AttemptError>,
}

impl Fetch {
    pub(super) fn new(index: u64, url: String) -> Self {
        Self {
            index,
            url,
            accepted_at: Instant::now(),
            attempts: 0,
            last: None,
        }
    }

    pub(super) async fn run<A, F, T>(
        mut self,
        shared: &Shared<A>,
        stop: CancellationToken,
    ) -> Outcome<T>
    where
        A: Fn(Arc<Request>) -> F,
        F: Future<Output = Result<T, AttemptError>>,
    {
        let (result, status, bytes) = match parse(&self.url) {
            Err(reason) => (Err(Failure::InvalidUrl { reason }), None, 0),
            Ok(url) => {
                let request = Arc::new(Request::new(url, self.index));
                let result = self.run_until_stopped(shared, &request, &stop).await;
                (result, request.status(), request.bytes())
            }
        };
        Outcome {
            index: self.index,
            url: self.url,
            result,
            attempts: self.attempts,
            status,
            bytes,
            elapsed: self.accepted_at.elapsed(),
        }
    }

    /// Runs the attempts until they are done, the deadline passes or the run is stopped.
    async fn run_until_stopped<A, F, T>(
        &mut self,
        shared: &Shared<A>,
        request: &Arc<Request>,
        stop: &CancellationToken,
    ) -> Result<T, Failure>
    where
        A: Fn(Arc<Request>) -> F,
        F: Future<Output = Result<T, AttemptError>>,
    {
        let after = shared.settings.deadline;
        let left = after.saturating_sub(self.accepted_at.elapsed());
        tokio::select! {
            // Poll cancellation and deadline first, so that a permit released during shutdown cannot
            // start another attempt.
            biased;
            () = stop.cancelled() => Err(Failure::Cancelled { last: self.last.take() }),
            () = sleep(left) => Err(Failure::Deadline { after, last: self.last.take() }),
            result = self.run_attempts(shared, request) => result,
        }
    }

    /// Makes attempts until one succeeds or no other is allowed.
    async fn run_attempts<A, F, T>(
        &mut self,
        shared: &Shared<A>,
        request: &Arc<Request>,
    ) -> Result<T, Failure>
    where
        A: Fn(Arc<Request>) -> F,
        F: Future<Output = Result<T, AttemptError>>,
    {
        let Settings {
            retry,
            max_delay,
            jitter,
            max_retry_after,
            attempt_timeout,
            deadline,
            ..
        } = shared.settings;
        let host = shared.hosts.get_or_insert(&request.url);
        host.budget(Budget::deposit);
        loop {
            let result = {
                // The host's permit first: a fetch that waits for a slow host must not hold one of
                // the permits for all hosts. Both are released before the backoff.
                let _host_permit = host.permits.acquire().await.expect("never closed");
                let _permit = shared.permits.acquire().await.expect("never closed");
                self.attempts += 1;
                request.start_attempt();
                timeout(attempt_timeout, (shared.attempt)(Arc::clone(request))).await
            };
            let failed = match result {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(failed)) => failed,
                Err(_) => AttemptError::Timeout {
                    after: attempt_timeout,
                },
            };

            let RetryDecision::After(asked) = failed.retry_decision() else {
                return Err(Failure::Attempt(failed));
            };
            if self.attempts >= retry.max_attempts.get() {
                return Err(Failure::Attempt(failed));
            }
            if asked > max_retry_after {
                return Err(Failure::RetryAfter {
                    asked,
                    limit: max_retry_after,
                    last: failed,
                });
            }
            let backoff = retry.backoff(self.attempts).min(max_delay);
            let delay = jitter.delay(asked, backoff, fastrand::f64());
            if self.accepted_at.elapsed().saturating_add(delay) >= deadline {
                return Err(Failure::Deadline {
                    after: deadline,
                    last: Some(failed),
                });
            }
            if !host.budget(Budget::try_withdraw) {
                return Err(Failure::BudgetSpent(failed));
            }
            self.last = Some(failed);
            sleep(delay).await;
        }
    }
}

/// The longest that [`http::Uri`] allows, in bytes.
const MAX_URI_LEN: usize = 65_534;

/// The URL, or what is wrong with it.
fn parse(url: &str) -> Result<Url, String> {
    if url.len() > MAX_URI_LEN {
        return Err(format!("longer than {MAX_URI_LEN} bytes"));
    }
    if url.contains(char::REPLACEMENT_CHARACTER) {
        return Err("it contains U+FFFD, which replaces bytes that are not UTF-8".to_owned());
    }
    let parsed = Url::parse(url).map_err(|error| error.to_string())?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(format!(
            "the scheme must be http or https, not {:?}",
            parsed.scheme()
        ));
    }
    // HTTP does not allow every URL; one reason is that it is too long once it is encoded.
    match parsed.as_str().parse::<http::Uri>() {
        Ok(_) => Ok(parsed),
        Err(error) => Err(error.to_string()),
    }
}
