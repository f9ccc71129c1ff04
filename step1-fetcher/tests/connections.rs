//! `fetch_url` takes a client and does not create one, because the client holds the connections.

use std::time::Duration;

use step1_fetcher::{client, fetch_url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// A test that waits for longer has failed.
const LIMIT: Duration = Duration::from_secs(30);

/// Serves until it is dropped, and counts the accepted connections.
async fn count_connections(listener: TcpListener, accepted: &mut usize) {
    let mut connections = JoinSet::new();
    loop {
        let (connection, _) = listener.accept().await.unwrap();
        *accepted += 1;
        connections.spawn(answer_every_request(connection));
    }
}

async fn answer_every_request(mut connection: TcpStream) {
    // A GET is small enough to arrive in one read.
    while connection
        .read(&mut [0; 1024])
        .await
        .is_ok_and(|bytes| bytes > 0)
    {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        connection.write_all(answer).await.unwrap();
    }
}

async fn connections_used_by(fetch_three_times: impl AsyncFnOnce(&str)) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let mut accepted = 0;
    tokio::select! {
        () = count_connections(listener, &mut accepted) => unreachable!("it serves for ever"),
        () = fetch_three_times(&url) => {}
        () = sleep(LIMIT) => panic!("the fetches do not end"),
    }
    accepted
}

#[tokio::test]
async fn a_shared_client_reuses_its_connection() {
    let connections = connections_used_by(async |url| {
        let client = client();
        for _ in 0..3 {
            fetch_url(&client, url, Duration::ZERO).await.unwrap();
        }
    })
    .await;

    assert_eq!(connections, 1);
}

#[tokio::test]
async fn a_new_client_for_each_fetch_opens_a_connection_each_time() {
    let connections = connections_used_by(async |url| {
        for _ in 0..3 {
            fetch_url(&client(), url, Duration::ZERO).await.unwrap();
        }
    })
    .await;

    assert_eq!(connections, 3);
}

#[tokio::test]
async fn dropping_a_fetch_closes_its_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let client = client();
    let mut request = [0; 1024];
    let arrived = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        let _ = connection.read(&mut request).await.unwrap();
        connection
    };

    let mut connection = tokio::select! {
        _ = fetch_url(&client, &url, Duration::ZERO) => panic!("the server does not answer"),
        connection = arrived => connection,
        () = sleep(LIMIT) => panic!("no request arrives"),
    };

    // The fetch was dropped. A read of nothing says that the client has closed the connection.
    let closed = timeout(LIMIT, connection.read(&mut request)).await;
    assert_eq!(closed.expect("the connection stays open").unwrap(), 0);
}
