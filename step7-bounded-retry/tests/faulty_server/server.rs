//! A server with a different fault for each path.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

/// Dropping it closes all its connections.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    _accepts: AbortOnDropHandle<()>,
}

#[derive(Default)]
struct Shared {
    open: watch::Sender<usize>,
    accepted: AtomicU32,
    requests: AtomicU32,
    of_target: Mutex<HashMap<String, u32>>,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let of_task = Arc::clone(&shared);
        let accepts = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let open = Open::new(Arc::clone(&of_task));
                connections.spawn(async move { serve(stream, &open.0).await });
                while connections.try_join_next().is_some() {}
            }
        });
        Self {
            address,
            shared,
            _accepts: AbortOnDropHandle::new(accepts),
        }
    }

    pub fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// As [`url`](Self::url), with `https`, which the server does not support.
    pub fn secure_url(&self, target: &str) -> String {
        format!("https://{}{target}", self.address)
    }

    /// How many requests have arrived.
    pub fn requests(&self) -> u32 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> u32 {
        self.shared.accepted.load(Ordering::Relaxed)
    }

    /// Waits until every connection has been closed.
    pub async fn has_no_connections(&self) {
        let mut open = self.shared.open.subscribe();
        open.wait_for(|&open| open == 0).await.unwrap();
    }
}

/// A URL that refuses connections. The socket must be kept, so that its port stays unused.
pub fn refusing() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/", socket.local_addr().unwrap());
    (socket, url)
}

/// Counts a connection until it is dropped.
struct Open(Arc<Shared>);

impl Open {
    fn new(shared: Arc<Shared>) -> Self {
        shared.open.send_modify(|open| *open += 1);
        shared.accepted.fetch_add(1, Ordering::Relaxed);
        Self(shared)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

/// What the server does after its answer.
enum Then {
    /// Waits for the next request.
    Serve,
    Close,
    Reset,
    /// Nothing, until the client closes the connection.
    Stall,
    /// Sends the same text again and again.
    Repeat(&'static str),
}

async fn serve(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut served = 0;
    while let Some(target) = request(&mut stream).await? {
        shared.requests.fetch_add(1, Ordering::Relaxed);
        let before = shared.count(&target);
        let (text, then) = answer(&target, before, served);
        served += 1;

        stream.write_all(text.as_bytes()).await?;
        match then {
            Then::Serve => {}
            Then::Close => return Ok(()),
            Then::Reset => return stream.set_zero_linger(),
            Then::Stall => {
                let _ = stream.read(&mut [0]).await;
                return Ok(());
            }
            Then::Repeat(more) => {
                let more = more.repeat(100);
                loop {
                    stream.write_all(more.as_bytes()).await?;
                }
            }
        }
    }
    Ok(())
}

impl Shared {
    /// How many requests for the target came before.
    fn count(&self, target: &str) -> u32 {
        let mut counts = self.of_target.lock().unwrap();
        let count = counts.entry(target.to_string()).or_default();
        *count += 1;
        *count - 1
    }
}

/// The target of the next request; [`None`] at the end of the connection.
async fn request(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
        if !head.starts_with(b"G") {
            // A TLS handshake.
            stream.write_all(BAD_REQUEST.as_bytes()).await?;
            return Ok(None);
        }
    }
    let head = String::from_utf8(head).unwrap();
    Ok(head.split(' ').nth(1).map(str::to_string))
}

const BAD_REQUEST: &str = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
const GOOD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const HALF: &str = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
const BUSY: &str = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";

/// The answer of a path, and what the server does after it. `before` counts the earlier requests for
/// the same target, and `served` those on the same connection.
fn answer(target: &str, before: u32, served: u32) -> (String, Then) {
    let url = Url::parse("http://server").unwrap().join(target).unwrap();
    let (text, then) = match url.path() {
        "/flaky" if before % 3 < 2 => (BUSY, Then::Serve),
        "/answers-once" if served > 0 => ("", Then::Close),
        "/408-when-reused" if served > 0 => (
            "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
            Then::Close,
        ),
        "/busy-stalls" if before == 0 => (
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 10\r\n\r\nhello",
            Then::Stall,
        ),
        "/good" | "/flaky" | "/answers-once" | "/408-when-reused" | "/busy-stalls" => {
            (GOOD, Then::Serve)
        }
        "/half-then-busy" if before == 0 => (HALF, Then::Close),
        "/half-then-busy" => (BUSY, Then::Serve),
        "/missing-at-length" => return (missing_at_length(), Then::Serve),
        "/answer" => return (answer_as_asked(&url), Then::Serve),

        "/closes-after-each" => (GOOD, Then::Close),
        "/hangs-up" => ("", Then::Close),
        "/resets" => ("", Then::Reset),
        "/stalls" => ("", Then::Stall),
        "/stalls-in-headers" => ("HTTP/1.1 200 OK\r\nContent-Le", Then::Stall),
        "/hangs-up-in-headers" => ("HTTP/1.1 200 OK\r\nContent-Le", Then::Close),
        "/endless-headers" => ("HTTP/1.1 200 OK\r\n", Then::Repeat("X-More: more\r\n")),
        "/endless-information" => ("", Then::Repeat("HTTP/1.1 100 Continue\r\n\r\n")),
        "/garbage" => ("SSH-2.0-OpenSSH_9.9\r\n", Then::Close),
        "/two-lengths" => (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            Then::Serve,
        ),

        "/stalls-in-body" => (HALF, Then::Stall),
        "/resets-in-body" => (HALF, Then::Reset),
        "/half" => (HALF, Then::Close),
        "/chunked-without-an-end" => (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            Then::Close,
        ),
        "/chunk-of-no-size" => (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nmany\r\n",
            Then::Serve,
        ),
        "/endless-body" => ("HTTP/1.1 200 OK\r\n\r\n", Then::Repeat("and so on ")),
        "/body-without-a-length" => ("HTTP/1.1 200 OK\r\n\r\nhello", Then::Close),

        "/missing-stalls" => (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n\r\nhello",
            Then::Stall,
        ),
        "/missing-without-an-end" => (
            "HTTP/1.1 404 Not Found\r\n\r\n",
            Then::Repeat("not here, and not there "),
        ),

        "/loop" => (
            "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n",
            Then::Serve,
        ),
        _ => (BAD_REQUEST, Then::Close),
    };
    (text.to_string(), then)
}

/// `/answer?status=503&Retry-After=10` has that status and that header.
fn answer_as_asked(url: &Url) -> String {
    let (mut status, mut headers) = ("200".to_string(), String::new());
    for (name, value) in url.query_pairs() {
        match &*name {
            "status" => status = value.into_owned(),
            _ => headers = format!("{headers}{name}: {value}\r\n"),
        }
    }
    format!("HTTP/1.1 {status} \r\n{headers}Content-Length: 0\r\n\r\n")
}

/// An error response that is too long for one packet.
fn missing_at_length() -> String {
    let body = "not here, and not there ".repeat(2500);
    let length = body.len();
    format!("HTTP/1.1 404 Not Found\r\nContent-Length: {length}\r\n\r\n{body}")
}
