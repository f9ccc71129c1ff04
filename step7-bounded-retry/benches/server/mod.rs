//! A server that does as little work as it can, so that the client is measured.

use std::net::SocketAddr;
use std::thread;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;

const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Starts the server in a thread of its own, where it runs until the process ends.
pub fn start() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_io().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                tokio::spawn(answer(connection));
            }
        });
    });
    address
}

/// Answers each request until the client closes the connection.
async fn answer(mut connection: TcpStream) {
    let mut received = Vec::new();
    while let Ok(1..) = connection.read_buf(&mut received).await {
        // A client that does not pipeline sends one request and waits.
        if received.ends_with(b"\r\n\r\n") {
            received.clear();
            if connection.write_all(RESPONSE).await.is_err() {
                return;
            }
        }
    }
}
