//! Peak memory for 20,000, 200,000 and 1,000,000 URLs: the engine, and one task per URL.
//!
//! It fetches two and a half million pages, which takes a few minutes. The largest crowd of tasks
//! needs gigabytes.

mod server;

use std::env;
use std::future::{pending, ready};
use std::num::NonZeroUsize;
use std::process::Command;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use step1_fetcher::client;
use step7_bounded_retry::engine::{self, Http, Request, Settings};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const IN_FLIGHT: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// The peak of a process never falls, so that each run is a process of its own: this program again,
/// with arguments.
fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    if let [form, count, server] = &arguments[..] {
        let count = count.parse().unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let pages = match &**form {
            "engine" => runtime.block_on(engine(count, server)),
            _ => runtime.block_on(task_per_url(count, server)),
        };
        assert_eq!(pages, count);
        println!("{}", peak());
        return;
    }

    let server = server::start().to_string();
    println!("peak memory        engine  one task per URL");
    for count in [20_000, 200_000, 1_000_000] {
        let [engine, tasks] = ["engine", "tasks"].map(|form| run(form, count, &server));
        println!("{count:>9} URLs  {engine:>8}  {tasks:>16}");
    }
}

fn run(form: &str, count: usize, server: &str) -> String {
    let program = env::current_exe().unwrap();
    let output = Command::new(program)
        .args([form, &count.to_string(), server])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Linux says it; elsewhere it is not known.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"))
        .and_then(|number| number.trim().parse::<f64>().ok());
    kibibytes.map_or("unknown".to_owned(), |peak| {
        format!("{:.1} MiB", peak / 1024.0)
    })
}

fn url(server: &str, index: usize) -> String {
    format!("http://{server}/{index}")
}

async fn engine(count: usize, server: &str) -> usize {
    let settings = Settings {
        max_concurrency: IN_FLIGHT,
        max_per_host: IN_FLIGHT,
        ..Settings::default()
    };
    let http = Http {
        client: client(),
        max_body: u64::MAX,
    };
    let attempt = move |request: Arc<Request>| {
        let http = http.clone();
        async move { http.get(&request, &mut tokio::io::sink()).await }
    };
    let urls = stream::iter((0..count).map(|index| url(server, index)));
    engine::stream(settings, urls, pending(), attempt)
        .filter(|outcome| ready(outcome.result.is_ok()))
        .count()
        .await
}

async fn task_per_url(count: usize, server: &str) -> usize {
    let client = client();
    let permits = Arc::new(Semaphore::new(IN_FLIGHT.get()));
    let mut tasks = JoinSet::new();
    for index in 0..count {
        let url = url(server, index);
        let (client, permits) = (client.clone(), Arc::clone(&permits));
        tasks.spawn(async move {
            let _permit = permits.acquire().await.unwrap();
            client.get(url).send().await?.bytes().await
        });
    }
    let mut pages = 0;
    while let Some(page) = tasks.join_next().await {
        pages += usize::from(page.unwrap().is_ok());
    }
    pages
}
