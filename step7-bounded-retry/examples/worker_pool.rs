//! The alternative: a fixed pool of workers with a bounded queue. Both do the same work, measured.

use std::future::pending;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use step3_taskgroup::TaskGroup;
use step7_bounded_retry::engine::{self, AttemptError, Jitter, Request, Settings};
use step7_bounded_retry::{ConcurrencyMeter, RetryPolicy, retry};
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio::time::{Instant, sleep};

const URLS: usize = 2_000;
const AT_A_TIME: NonZeroUsize = NonZeroUsize::new(10).unwrap();
const POLICY: RetryPolicy = RetryPolicy {
    max_attempts: NonZeroU32::new(3).unwrap(),
    base_delay: Duration::from_secs(1),
    multiplier: 2.0,
};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    println!("{URLS} URLs, 100 ms for an attempt\n");
    println!("                     makespan   attempts at a time   URLs held");
    println!("nothing fails");
    compare(|_| 0).await;
    println!("every fifth URL fails twice, and waits for 1 s and then 2 s");
    compare(|url| if url % 5 == 0 { 2 } else { 0 }).await;
}

async fn compare(failures: impl Fn(usize) -> u32) {
    measure("10 workers", pool(Service::new(&failures), 10)).await;
    measure("50 workers", pool(Service::new(&failures), 50)).await;
    measure("the engine", engine(Service::new(&failures))).await;
}

async fn measure(form: &str, run: impl Future<Output = Service>) {
    let start = Instant::now();
    let service = run.await;
    println!(
        "  {form:<16}  {:>7.1} s   {:>18}   {:>9}",
        start.elapsed().as_secs_f64(),
        service.attempts.peak(),
        service.held.peak(),
    );
}

/// Each URL belongs to one worker from its first attempt to its last, its sleeps included.
async fn pool(service: Service, workers: usize) -> Service {
    let (queue, urls) = mpsc::channel(1);
    let urls = Arc::new(AsyncMutex::new(urls));
    let done = TaskGroup::scope(async |group| {
        for _ in 0..workers {
            let (service, urls) = (service.clone(), Arc::clone(&urls));
            group.spawn(async move {
                let next = async || urls.lock().await.recv().await;
                while let Some(url) = next().await {
                    let _held = service.held.enter();
                    let (result, _) = retry(POLICY, |_| true, || service.attempt(url)).await;
                    result?;
                }
                Ok::<(), AttemptError>(())
            });
        }
        for url in 0..URLS {
            // Waits while the queue is full. It fails only if all workers have ended.
            let _ = queue.send(url).await;
        }
        // The workers end when the queue is closed and empty.
        drop(queue);
        Ok(())
    });
    done.await.expect("no URL fails three times");
    service
}

/// Only an attempt that runs is a task. A URL that waits is a line in the queue of its host.
async fn engine(service: Service) -> Service {
    let settings = Settings {
        max_concurrency: AT_A_TIME,
        retry: POLICY,
        jitter: Jitter::None,
        deadline: Duration::MAX,
        ..Settings::default()
    };
    let held = Mutex::new(Vec::new());
    let urls = stream::iter(0..URLS).map(|index| {
        held.lock().unwrap().push(service.held.enter());
        // Each on a host of its own, so that the limits for one host do not matter.
        format!("http://{index}.test/")
    });
    let attempts = service.clone();
    let attempt = move |request: Arc<Request>| {
        let attempts = attempts.clone();
        async move {
            attempts
                .attempt(request.index.try_into().expect("a small number"))
                .await
        }
    };
    engine::stream(settings, urls, pending(), attempt)
        .for_each(async |outcome| {
            outcome.result.expect("no URL fails three times");
            drop(held.lock().unwrap().pop());
        })
        .await;
    service
}

/// Answers after 100 ms, and counts.
#[derive(Clone)]
struct Service {
    /// How many more times each URL will fail.
    failures: Arc<Mutex<Vec<u32>>>,
    attempts: ConcurrencyMeter,
    /// The URLs that were accepted and are not done.
    held: ConcurrencyMeter,
}

impl Service {
    fn new(failures: impl Fn(usize) -> u32) -> Self {
        Self {
            failures: Arc::new(Mutex::new((0..URLS).map(failures).collect())),
            attempts: ConcurrencyMeter::default(),
            held: ConcurrencyMeter::default(),
        }
    }

    async fn attempt(&self, url: usize) -> Result<(), AttemptError> {
        let _in_flight = self.attempts.enter();
        sleep(Duration::from_millis(100)).await;
        let failures = &mut self.failures.lock().unwrap()[url];
        if *failures == 0 {
            return Ok(());
        }
        *failures -= 1;
        Err(AttemptError::Send("busy".into()))
    }
}
