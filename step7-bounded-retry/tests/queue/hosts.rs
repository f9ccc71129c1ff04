use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

/// Several hosts, each a port of this machine. Dropping them stops them.
pub struct Hosts {
    hosts: Vec<Arc<Host>>,
    _runtime: Runtime,
}

struct Host {
    address: SocketAddr,
    response: &'static str,
    delay: Duration,
    requests: AtomicUsize,
    running: AtomicUsize,
    peak: AtomicUsize,
}

pub const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
pub const PAUSE: &str =
    "HTTP/1.1 429 Too Many Requests\r\nretry-after: 30\r\ncontent-length: 0\r\n\r\n";
/// It never comes.
pub const NEVER: Duration = Duration::from_secs(3600);

impl Hosts {
    pub fn start(number: usize, response: &'static str, delay: Duration) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let start = || {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            let host = Arc::new(Host {
                address: listener.local_addr().unwrap(),
                response,
                delay,
                requests: AtomicUsize::new(0),
                running: AtomicUsize::new(0),
                peak: AtomicUsize::new(0),
            });
            let answering = Arc::clone(&host);
            runtime.spawn(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                while let Ok((connection, _)) = listener.accept().await {
                    tokio::spawn(answer(Arc::clone(&answering), connection));
                }
            });
            host
        };
        Self {
            hosts: (0..number).map(|_| start()).collect(),
            _runtime: runtime,
        }
    }

    /// So many URLs, one a line, of each host in turn.
    pub fn urls(&self, number: usize) -> String {
        let hosts = self.hosts.iter().cycle().take(number).enumerate();
        let urls = hosts.map(|(path, host)| format!("http://{}/{path}\n", host.address));
        urls.collect()
    }

    pub fn requests(&self) -> usize {
        let requests = self.hosts.iter().map(|host| &host.requests);
        requests
            .map(|requests| requests.load(Ordering::Relaxed))
            .sum()
    }

    /// The most requests that any host had at a time.
    pub fn peak(&self) -> usize {
        let peaks = self
            .hosts
            .iter()
            .map(|host| host.peak.load(Ordering::Relaxed));
        peaks.max().unwrap()
    }
}

/// Answers each request until the client closes the connection.
async fn answer(host: Arc<Host>, mut connection: TcpStream) {
    let mut received = Vec::new();
    while let Ok(1..) = connection.read_buf(&mut received).await {
        if !received.ends_with(b"\r\n\r\n") {
            continue;
        }
        received.clear();
        host.requests.fetch_add(1, Ordering::Relaxed);
        let running = host.running.fetch_add(1, Ordering::Relaxed) + 1;
        host.peak.fetch_max(running, Ordering::Relaxed);
        // A client that has gone does not wait for its answer.
        let gone = tokio::select! {
            () = sleep(host.delay) => false,
            _ = connection.read_u8() => true,
        };
        host.running.fetch_sub(1, Ordering::Relaxed);
        if gone
            || connection
                .write_all(host.response.as_bytes())
                .await
                .is_err()
        {
            return;
        }
    }
}
