//! A server that gives the same bytes to every request, for responses that are not text.

use reqwest::StatusCode;
use step7_bounded_retry::engine::Outcome;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use crate::{fetch_one, settings};

/// The outcome of a URL whose server answers each request with `response`, and hangs up.
pub async fn outcome_of(response: Vec<u8>) -> Outcome<StatusCode> {
    outcome_from(move |_| response.clone()).await
}

/// The outcome of a URL whose server answers each request by its head, and hangs up.
pub async fn outcome_from(
    answer: impl Fn(&str) -> Vec<u8> + Send + 'static,
) -> Outcome<StatusCode> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/first", listener.local_addr().unwrap());
    let _server = AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            let response = answer(&String::from_utf8_lossy(&head));
            let _ = stream.write_all(&response).await;
        }
    }));
    fetch_one(settings(), url).await
}

/// A response with this body, and these lines in its head.
pub fn response(status: u16, lines: &[&str], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
    for line in lines {
        head = head + line + "\r\n";
    }
    [head.as_bytes(), b"\r\n", body].concat()
}
