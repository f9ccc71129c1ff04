use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// A server that answers as the path says, one request for each connection. Dropping it stops it.
pub struct Server {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start() -> Self {
        let failed_once = Mutex::default();
        Self::with(move |stream| answer(stream, &failed_once))
    }

    pub fn with(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ended = Arc::new(AtomicBool::new(false));
        let accepting = thread::spawn({
            let ended = Arc::clone(&ended);
            move || {
                thread::scope(|scope| {
                    for stream in listener.incoming() {
                        if ended.load(Ordering::Relaxed) {
                            break;
                        }
                        scope.spawn(|| answer(stream.unwrap()));
                    }
                });
            }
        });
        Self {
            address,
            ended,
            accepting: Some(accepting),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts connections.
        let _ = TcpStream::connect(self.address);
        let ended = self.accepting.take().unwrap().join();
        assert!(ended.is_ok() || thread::panicking());
    }
}

/// A client may close the connection at any time, so errors are ignored.
fn answer(mut stream: TcpStream, failed_once: &Mutex<HashSet<String>>) {
    let Some(path) = request(&stream) else {
        return;
    };
    let head = |status, headers: &str| {
        format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n").into_bytes()
    };
    let length = |length: usize| format!("content-length: {length}\r\n");
    let response = match &*path {
        "/missing" => [head("404 Not Found", &length(4)), b"nope".into()].concat(),
        "/loop" => head("302 Found", &format!("location: /loop\r\n{}", length(0))),
        "/ftp" => head(
            "302 Found",
            &format!("location: ftp://host/\r\n{}", length(0)),
        ),
        "/patience" => head(
            "429 Too Many Requests",
            &format!("retry-after: 3600\r\n{}", length(0)),
        ),
        "/large" => [head("200 OK", &length(100_000)), vec![b'x'; 100_000]].concat(),
        "/bomb" => {
            let bomb = bomb();
            let headers = format!("content-encoding: gzip\r\n{}", length(bomb.len()));
            [head("200 OK", &headers), bomb].concat()
        }
        "/short" => [head("200 OK", &length(100)), b"hello".into()].concat(),
        "/stall" | "/stall-within" => {
            if path == "/stall-within" {
                let _ = stream.write_all(&[head("200 OK", &length(100)), b"hello".into()].concat());
            }
            // Until the client closes the connection.
            let _ = stream.read(&mut [0]);
            return;
        }
        _ if path.starts_with("/flaky") && failed_once.lock().unwrap().insert(path.clone()) => {
            head("503 Service Unavailable", &length(0))
        }
        _ => [head("200 OK", &length(5)), b"hello".into()].concat(),
    };
    let _ = stream.write_all(&response);
}

/// The path of a request. Reads the whole head, since closing with unread data resets a connection.
pub fn request(stream: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    lines
        .find(|line| line.as_ref().is_ok_and(String::is_empty))?
        .ok()?;
    first.split(' ').nth(1).map(str::to_owned)
}

/// 65 KB of gzip for 10 MB of zeros: one zero, and then "the last byte again, 258 times", over and
/// over (RFC 1951, with the fixed codes). It has no valid end, but no client should get that far.
fn bomb() -> Vec<u8> {
    let block = [false, true, false];
    let zero = [false, false, true, true, false, false, false, false];
    let again = [true, true, false, false, false, true, false, true];
    let one_back = [false; 5];
    let mut bits = [&block[..], &zero].concat();
    for _ in 0..40_000 {
        bits.extend([&again[..], &one_back].concat());
    }
    let mut gzip = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
    gzip.extend(bits.chunks(8).map(|byte| {
        let shifted = |(shift, &bit): (usize, &bool)| u8::from(bit) << shift;
        byte.iter().enumerate().map(shifted).sum::<u8>()
    }));
    gzip
}
