//! Many URLs, 64 at a time: the engine, and what one would write without it.
//!
//! `cargo xtask bench` runs each form by itself and in turn: `FORM URLS WORKERS ADDRESS`, of which
//! the answer is one JSON object. No workers: the runtime of one thread. The form `server` prints
//! the address at which it answers, until its standard input ends.

mod server;

use std::env;
use std::future::{pending, ready};
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use reqwest::Client;
use step1_fetcher::client;
use step7_bounded_retry::engine::{self, Http, Request, Settings};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const IN_FLIGHT: NonZeroUsize = NonZeroUsize::new(64).unwrap();

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["server"] => {
            println!("{}", server::start());
            io::stdin().read_to_end(&mut Vec::new()).unwrap();
        }
        [form, urls, workers, address] => {
            let runtime = runtime(workers.parse().unwrap());
            let client = client();
            let measure = |urls| {
                let start = Instant::now();
                let round = fetch(form.to_owned(), client.clone(), address.to_owned(), urls);
                assert_eq!(runtime.block_on(runtime.spawn(round)).unwrap(), urls);
                start.elapsed()
            };
            // The connections of the first round are there for the next.
            measure(1_000);
            let seconds = measure(urls.parse().unwrap()).as_secs_f64();
            println!(r#"{{"seconds":{seconds},"peak_kibibytes":{}}}"#, peak());
        }
        _ => println!("`cargo xtask bench` runs this. By hand: -- FORM URLS WORKERS ADDRESS"),
    }
    ExitCode::SUCCESS
}

fn runtime(workers: usize) -> Runtime {
    let mut builder = match workers {
        0 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder
        .worker_threads(workers.max(1))
        .enable_all()
        .build()
        .unwrap()
}

/// The most memory that this process ever had. Linux says it; elsewhere it is not known.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| {
        let value = line.strip_prefix("VmHWM:")?.strip_suffix("kB")?;
        Some(value.trim().to_owned())
    });
    peak.unwrap_or("null".to_owned())
}

/// How many pages came.
async fn fetch(form: String, client: Client, address: String, count: usize) -> usize {
    let urls = (0..count).map(move |index| format!("http://{address}/{index}"));
    match &*form {
        "engine" => engine(client, urls).await,
        "buffer_unordered" => buffer_unordered(client, urls).await,
        "task_per_url" => task_per_url(client, urls).await,
        _ => panic!("there is no form {form}"),
    }
}

async fn engine(client: Client, urls: impl Iterator<Item = String> + Send) -> usize {
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
    engine::stream(settings, stream::iter(urls), pending(), attempt)
        .filter(|outcome| ready(outcome.result.is_ok()))
        .count()
        .await
}

async fn buffer_unordered(client: Client, urls: impl Iterator<Item = String> + Send) -> usize {
    stream::iter(urls)
        .map(|url| {
            let client = client.clone();
            async move { get(&client, &url).await.is_ok() }
        })
        .buffer_unordered(IN_FLIGHT.get())
        .filter(|ok| ready(*ok))
        .count()
        .await
}

async fn task_per_url(client: Client, urls: impl Iterator<Item = String> + Send) -> usize {
    let permits = Arc::new(Semaphore::new(IN_FLIGHT.get()));
    let mut tasks = JoinSet::new();
    for url in urls {
        let (client, permits) = (client.clone(), Arc::clone(&permits));
        tasks.spawn(async move {
            let _permit = permits.acquire().await.unwrap();
            get(&client, &url).await.is_ok()
        });
    }
    let mut pages = 0;
    while let Some(ok) = tasks.join_next().await {
        pages += usize::from(ok.unwrap());
    }
    pages
}

async fn get(client: &Client, url: &str) -> reqwest::Result<()> {
    client.get(url).send().await?.bytes().await?;
    Ok(())
}
