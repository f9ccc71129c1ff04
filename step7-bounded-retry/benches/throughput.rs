//! Requests per second with 64 in flight: the engine, and what one would write without it.

mod server;

use std::fmt::{self, Debug};
use std::future::{pending, ready};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};

use divan::Bencher;
use divan::counter::ItemsCount;
use futures_util::{StreamExt, stream};
use reqwest::Client;
use step1_fetcher::client;
use step7_bounded_retry::engine::{self, Http, Request, Settings};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const URLS: usize = 2_000;
const IN_FLIGHT: NonZeroUsize = NonZeroUsize::new(64).unwrap();

static SERVER: LazyLock<SocketAddr> = LazyLock::new(server::start);

fn main() {
    divan::main();
}

#[derive(Clone, Copy)]
enum Threads {
    Current,
    Two,
}

impl Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Current => "current thread",
            Self::Two => "two workers",
        })
    }
}

/// Each round is a task of its own and counts the pages that came. The connections of one round
/// are there for the next.
fn measure<R>(bencher: Bencher<'_, '_>, threads: Threads, round: impl Fn(Client) -> R)
where
    R: Future<Output = usize> + Send + 'static,
{
    let mut builder = match threads {
        Threads::Current => Builder::new_current_thread(),
        Threads::Two => Builder::new_multi_thread(),
    };
    let runtime = builder.worker_threads(2).enable_all().build().unwrap();
    let client = client();
    let run = || {
        runtime
            .block_on(runtime.spawn(round(client.clone())))
            .unwrap()
    };
    assert_eq!(run(), URLS);
    bencher.counter(ItemsCount::new(URLS)).bench_local(run);
}

fn urls() -> impl Iterator<Item = String> {
    (0..URLS).map(|index| format!("http://{}/{index}", *SERVER))
}

async fn get(client: &Client, url: &str) -> reqwest::Result<()> {
    client.get(url).send().await?.bytes().await?;
    Ok(())
}

#[divan::bench(args = [Threads::Current, Threads::Two])]
fn engine(bencher: Bencher<'_, '_>, threads: Threads) {
    measure(bencher, threads, async |client| {
        let settings = Settings {
            max_concurrency: IN_FLIGHT,
            max_per_host: IN_FLIGHT,
            ..Settings::default()
        };
        let http = Http {
            client,
            max_body: u64::MAX,
        };
        let attempt = move |request: Arc<Request>| {
            let http = http.clone();
            async move { http.get(&request, &mut tokio::io::sink()).await }
        };
        engine::stream(settings, stream::iter(urls()), pending(), attempt)
            .filter(|outcome| ready(outcome.result.is_ok()))
            .count()
            .await
    });
}

#[divan::bench(args = [Threads::Current, Threads::Two])]
fn buffer_unordered(bencher: Bencher<'_, '_>, threads: Threads) {
    measure(bencher, threads, async |client| {
        stream::iter(urls())
            .map(|url| {
                let client = client.clone();
                async move { get(&client, &url).await.is_ok() }
            })
            .buffer_unordered(IN_FLIGHT.get())
            .filter(|ok| ready(*ok))
            .count()
            .await
    });
}

#[divan::bench(args = [Threads::Current, Threads::Two])]
fn task_per_url(bencher: Bencher<'_, '_>, threads: Threads) {
    measure(bencher, threads, async |client| {
        let permits = Arc::new(Semaphore::new(IN_FLIGHT.get()));
        let mut tasks = JoinSet::new();
        for url in urls() {
            let (client, permits) = (client.clone(), Arc::clone(&permits));
            tasks.spawn(async move {
                let _permit = permits.acquire().await.unwrap();
                get(&client, &url).await.is_ok()
            });
        }
        tasks.join_all().await.into_iter().filter(|ok| *ok).count()
    });
}
