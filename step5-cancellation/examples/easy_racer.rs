//! Runs the eleven obstacles of [Easy Racer](https://github.com/jamesward/easyracer) against its
//! server on this machine, and prints the answer to each:
//!
//! ```console
//! $ docker run -p 8080:8080 ghcr.io/jamesward/easyracer
//! $ ulimit -n 10100
//! $ cargo run -p step5-cancellation --example easy_racer 8080
//! ```
//!
//! Obstacle 3 opens 10,000 connections at once. If fewer files can be open, it waits for ever.
//! Obstacle 10 reads the load of this process from `/proc`, which only Linux has.

use std::error::Error;
use std::fs::read_to_string;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::Client;
use step1_fetcher::{FetchError, fetch_url};
use step3_taskgroup::TaskGroup;
use step5_cancellation::{race, spawn_blocking_in};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn Error + Send + Sync>;
type Answer = Result<String, Failure>;
type Request = BoxFuture<'static, Answer>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let Some(port) = port else {
        eprintln!("usage: easy_racer PORT");
        std::process::exit(2);
    };
    Course::new(port, 10_000, Duration::from_secs(1))
        .run()
        .await;
}

/// The server and the sizes of the obstacles. The test chooses smaller sizes.
#[derive(Clone)]
pub(crate) struct Course {
    client: Client,
    /// The server's port on this machine.
    port: u16,
    /// How many requests obstacle 3 makes.
    racers: usize,
    /// How long a second is.
    second: Duration,
}

impl Course {
    pub(crate) fn new(port: u16, racers: usize, second: Duration) -> Self {
        // Installs the TLS provider. Without one no client can be built, not even for plain HTTP.
        drop(step1_fetcher::client());
        // No pool: for each new connection, a pool goes through all requests that wait for one,
        // and 10,000 wait.
        let client = Client::builder().pool_max_idle_per_host(0);
        let client = client.tls_certs_only([]).build();
        Self {
            client: client.expect("a client without certificates"),
            port,
            racers,
            second,
        }
    }

    /// Prints the answer to each obstacle, or why there is none.
    pub(crate) async fn run(&self) {
        let print = |answer: Answer| match answer {
            Ok(answer) => println!("{answer}"),
            Err(failure) => println!("{failure}"),
        };
        print(self.race_requests(2, "1").await);
        print(self.race_requests(2, "2").await); // one gets a connection error
        print(self.race_requests(self.racers, "3").await);
        print(self.race_with_a_time_limit().await);
        print(self.race_requests(2, "5").await); // one gets an answer that is not 2xx
        print(self.race_requests(3, "6").await); // likewise, of three
        print(self.hedge().await);
        print(self.race_with_resources().await);
        print(self.letters_in_order().await);
        print(self.compute_during_a_request().await);
        print(self.race_in_a_race().await);
    }

    /// A request. An answer that is not 2xx is an error.
    fn get(&self, path: &str) -> Request {
        self.get_after(Duration::ZERO, path)
    }

    fn get_after(&self, delay: Duration, path: &str) -> Request {
        let client = self.client.clone();
        let url = format!("http://127.0.0.1:{}/{path}", self.port);
        async move { Ok(fetch_url(&client, &url, delay).await?.body) }.boxed()
    }

    /// Obstacles 1, 2, 3, 5 and 6: a race of requests that are alike.
    async fn race_requests(&self, count: usize, path: &str) -> Answer {
        let racers = (0..count).map(|number| (format!("request {number}"), self.get(path)));
        Ok(race(racers).await?)
    }

    /// Obstacle 4: one of two requests has a time limit.
    async fn race_with_a_time_limit(&self) -> Answer {
        let limited = timeout(self.second, self.get("4"));
        let limited = async { limited.await? }.boxed();
        Ok(race([("limited", limited), ("unlimited", self.get("4"))]).await?)
    }

    /// Obstacle 7: the second request starts three seconds after the first.
    async fn hedge(&self) -> Answer {
        let hedge = self.get_after(3 * self.second, "7");
        Ok(race([("first", self.get("7")), ("hedge", hedge)]).await?)
    }

    /// Obstacle 8: each racer opens a resource, uses it, and closes it.
    async fn race_with_resources(&self) -> Answer {
        let racer = || self.clone().use_a_resource().boxed();
        Ok(race([("first", racer()), ("second", racer())]).await?)
    }

    /// The child is signalled and not dropped, so it closes its resource if this racer loses.
    async fn use_a_resource(self) -> Answer {
        let scope = TaskGroup::<Failure>::scope(async |group| {
            let child = group.spawn_with_token(|stop| async move {
                let id = self.get("8?open").await?;
                let used = self.get(&format!("8?use={id}"));
                let used = stop.run_until_cancelled(used).await;
                self.get(&format!("8?close={id}")).await?;
                used.unwrap_or_else(|| Err("cancelled".into()))
            });
            Ok(child.await)
        });
        Ok(scope.await?)
    }

    /// Obstacle 9: five of ten requests return a letter. No race: a failure is not an error here.
    async fn letters_in_order(&self) -> Answer {
        let letters = Arc::new(Mutex::new(String::new()));
        TaskGroup::<Failure>::scope(async |group| {
            for _ in 0..10 {
                let (request, letters) = (self.get("9"), Arc::clone(&letters));
                group.spawn(async move {
                    if let Ok(letter) = request.await {
                        letters.lock().unwrap().push_str(&letter);
                    }
                    Ok(())
                });
            }
            Ok(())
        })
        .await?;
        Ok(letters.lock().unwrap().clone())
    }

    /// Obstacle 10: a thread computes until a request is answered. Meanwhile the load of this
    /// process is reported each second, until the server has seen enough.
    async fn compute_during_a_request(&self) -> Answer {
        let id = std::process::id();
        let request = self.get(&format!("10?{id}"));
        let scope = TaskGroup::<Failure>::scope(async |group| {
            group.spawn_group(TaskGroup::scope(async |group| {
                spawn_blocking_in(&group, |stop| {
                    compute(stop);
                    Ok(())
                });
                request.await?;
                group.cancel();
                Ok(())
            }));
            Ok(self.report_load(id).await?)
        });
        Ok(scope.await?)
    }

    async fn report_load(&self, id: u32) -> Answer {
        loop {
            let (start, before) = (Instant::now(), cpu_seconds()?);
            sleep(self.second).await;
            let load = (cpu_seconds()? - before) / start.elapsed().as_secs_f64();
            let answer = self.get(&format!("10?{id}={load}")).await;
            match answer.as_ref().map_err(|failure| failure.downcast_ref()) {
                Err(Some(FetchError::Status { status, .. })) if status.is_redirection() => {}
                _ => return answer,
            }
        }
    }

    /// Obstacle 11: one of two racers is itself a race of two.
    async fn race_in_a_race(&self) -> Answer {
        let inner = self.clone();
        let inner = async move { inner.race_requests(2, "11").await }.boxed();
        Ok(race([("request", self.get("11")), ("race", inner)]).await?)
    }
}

/// Keeps a processor busy until `stop` is cancelled.
fn compute(stop: &CancellationToken) {
    let mut hasher = DefaultHasher::new();
    while !stop.is_cancelled() {
        (0..10_000).for_each(|number| number.hash(&mut hasher));
    }
    std::hint::black_box(hasher.finish());
}

/// How long this process has run on a processor, in user mode and in the kernel.
fn cpu_seconds() -> Result<f64, Failure> {
    let stat = read_to_string("/proc/self/stat")?;
    // The name of the program is in parentheses and may contain spaces.
    let (_, fields) = stat.rsplit_once(')').ok_or("unknown format")?;
    let mut ticks = 0.0;
    for field in fields.split_whitespace().skip(11).take(2) {
        ticks += field.parse::<f64>()?;
    }
    Ok(ticks / 100.0)
}
