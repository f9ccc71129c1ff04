use std::sync::Arc;

use reqwest::Url;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::attempt::Retry;
use super::budget::Budget;
use super::host::Hosts;
use super::{AttemptError, Failure, Outcome, Request, Settings};

/// What all fetches of a run share.
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

/// One URL, from being taken in to its outcome.
pub(super) struct Fetch {
    index: u64,
    url: String,
    taken_in: Instant,
    attempts: u32,
    /// How the last attempt failed, while there may be another.
    last: Option<AttemptError>,
}

impl Fetch {
    pub(super) fn new(index: u64, url: String) -> Self {
        Self {
            index,
            url,
            taken_in: Instant::now(),
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
                let result = self.until_over(shared, &request, &stop).await;
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
            elapsed: self.taken_in.elapsed(),
        }
    }

    async fn until_over<A, F, T>(
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
        let left = after.saturating_sub(self.taken_in.elapsed());
        tokio::select! {
            // The attempts come last: a permit that somebody gives back as he is stopped, or as his
            // time is over, must not begin one more.
            biased;
            () = stop.cancelled() => Err(Failure::Cancelled { last: self.last.take() }),
            () = sleep(left) => Err(Failure::Deadline { after, last: self.last.take() }),
            result = self.attempts(shared, request) => result,
        }
    }

    /// One attempt after the other.
    async fn attempts<A, F, T>(
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
        let host = shared.hosts.of(&request.url);
        host.budget(Budget::first_attempt);
        loop {
            let result = {
                // The host's permit comes first: those who wait for a slow host hold nothing that
                // the others need. Both are given back before any delay.
                let _of_host = host.permits.acquire().await.expect("nobody closes it");
                let _of_all = shared.permits.acquire().await.expect("nobody closes it");
                self.attempts += 1;
                request.next_attempt();
                timeout(attempt_timeout, (shared.attempt)(Arc::clone(request))).await
            };
            let failed = match result {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(failed)) => failed,
                Err(_) => AttemptError::Timeout {
                    after: attempt_timeout,
                },
            };

            let Retry::After(asked) = failed.retry() else {
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
            if self.taken_in.elapsed().saturating_add(delay) >= deadline {
                return Err(Failure::Deadline {
                    after: deadline,
                    last: Some(failed),
                });
            }
            if !host.budget(Budget::retry) {
                return Err(Failure::BudgetSpent(failed));
            }
            self.last = Some(failed);
            sleep(delay).await;
        }
    }
}

/// What [`http::Uri`] allows.
const LONGEST: usize = 65_534;

/// The URL, or what is wrong with it. Nothing is sent to find out.
fn parse(url: &str) -> Result<Url, String> {
    if url.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    if url.contains(char::REPLACEMENT_CHARACTER) {
        return Err("it holds U+FFFD, which stands for bytes that were no text".to_owned());
    }
    let parsed = Url::parse(url).map_err(|error| error.to_string())?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(format!(
            "the scheme is {:?}; it has to be http or https",
            parsed.scheme()
        ));
    }
    // A few URLs are none for HTTP: those that are too long once they are encoded, for one.
    match parsed.as_str().parse::<http::Uri>() {
        Ok(_) => Ok(parsed),
        Err(error) => Err(error.to_string()),
    }
}
