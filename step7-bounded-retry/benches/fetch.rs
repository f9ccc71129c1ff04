//! Many URLs, 64 at a time: the engine, and what one would write without it.
//!
//! `cargo bench -p step7-bounded-retry` prints the time for each URL and the peak memory. Each round
//! of each form is a process of its own (`FORM URLS WORKERS ADDRESS`), and the forms take turns.

mod server;

use std::env;
use std::future::{pending, ready};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use reqwest::Client;
use step1_fetcher::client;
use step7_bounded_retry::engine::{self, Http, Request, Settings};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const IN_FLIGHT: NonZeroUsize = NonZeroUsize::new(64).unwrap();
const FORMS: [&str; 3] = ["engine", "buffer_unordered", "task_per_url"];
const ROUNDS: usize = 9;
const URLS: usize = 10_000;

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    if let [form, urls, workers, address] = &arguments[..] {
        let (urls, workers) = (urls.parse().unwrap(), workers.parse().unwrap());
        return measure(form, urls, workers, address);
    }
    let address = server::start();
    for workers in [0, 2] {
        print_times(workers, address);
    }
    println!("\npeak memory, one thread");
    for urls in [20_000, 200_000, 1_000_000] {
        for form in ["engine", "task_per_url"] {
            let (_, kibibytes) = run(form, urls, 0, address);
            let peak = kibibytes / 1024.0;
            println!("  {form:<17} {urls:>9} URLs {peak:>9.1} MiB");
        }
    }
}

/// Without workers, the runtime has one thread.
fn print_times(workers: usize, address: SocketAddr) {
    let mut rounds: [Vec<f64>; FORMS.len()] = Default::default();
    for _ in 0..ROUNDS {
        for (form, rounds) in FORMS.iter().zip(&mut rounds) {
            rounds.push(run(form, URLS, workers, address).0);
        }
    }
    let threads = workers.max(1);
    println!("\ntime for each of {URLS} URLs, median of {ROUNDS} rounds, threads: {threads}");
    println!("(the ratio is the time of the engine to the time of the form)");
    let medians = rounds.map(|mut rounds| {
        rounds.sort_by(f64::total_cmp);
        rounds[ROUNDS / 2]
    });
    for (form, median) in FORMS.iter().zip(medians) {
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let micros = median * 1e6 / URLS as f64;
        let ratio = medians[0] / median;
        println!("  {form:<17} {micros:>6.1} µs   ratio {ratio:.2}");
    }
}

/// Runs one form in a process of its own. Returns the seconds and the peak memory in KiB.
fn run(form: &str, urls: usize, workers: usize, address: SocketAddr) -> (f64, f64) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([form, &urls.to_string(), &workers.to_string()]);
    let output = command.arg(address.to_string()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let measured = text.trim().split_once(' ');
    let (seconds, peak) = measured.unwrap_or_else(|| panic!("{output:?}"));
    (seconds.parse().unwrap(), peak.parse().unwrap())
}

fn measure(form: &str, urls: usize, workers: usize, address: &str) {
    let mut builder = match workers {
        0 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    let builder = builder.worker_threads(workers.max(1)).enable_all();
    let (runtime, client) = (builder.build().unwrap(), client());
    let http = Arc::new(Http::new(Client::builder, Settings::default().stall_timeout).unwrap());
    let round = |urls| {
        let start = Instant::now();
        let (client, http) = (client.clone(), Arc::clone(&http));
        let round = fetch(form.to_owned(), client, http, address.to_owned(), urls);
        assert_eq!(runtime.block_on(runtime.spawn(round)).unwrap(), urls);
        start.elapsed()
    };
    // The first round opens the connections.
    round(1_000);
    println!("{} {}", round(urls).as_secs_f64(), peak_kibibytes());
}

/// The peak memory of this process, or `NaN`: only Linux reports it in this way.
fn peak_kibibytes() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| {
        let value = line.strip_prefix("VmHWM:")?.strip_suffix("kB")?;
        Some(value.trim().to_owned())
    });
    peak.unwrap_or("NaN".to_owned())
}

/// Returns the number of pages that were fetched.
async fn fetch(
    form: String,
    client: Client,
    http: Arc<Http>,
    address: String,
    count: usize,
) -> usize {
    let urls = (0..count).map(move |index| format!("http://{address}/{index}"));
    match &*form {
        "engine" => engine(http, urls).await,
        "buffer_unordered" => buffer_unordered(client, urls).await,
        "task_per_url" => task_per_url(client, urls).await,
        _ => panic!("unknown form: {form}"),
    }
}

async fn engine(http: Arc<Http>, urls: impl Iterator<Item = String> + Send) -> usize {
    let settings = Settings {
        max_concurrency: IN_FLIGHT,
        max_per_host: IN_FLIGHT,
        ..Settings::default()
    };
    let attempt = move |request: Arc<Request>| {
        let http = Arc::clone(&http);
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
