//! A scenario server for Easy Racer, written from its public rules.
//!
//! The obstacles come in order, so that each is a function that takes its requests one after the
//! other. It answers `right` only if the rules were followed so far, and it ends only when every
//! connection that has no answer was closed by the client: a loser was cancelled.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout};

/// An obstacle that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(30);

/// The load of a process that computes is at least this.
const BUSY: f64 = 0.3;

/// A socket that accepts connections; its port is free.
pub fn listen() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    socket.listen(16_384).unwrap()
}

/// Runs the course once.
pub async fn serve(listener: TcpListener, racers: usize, second: Duration) {
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let sender = sender.clone();
            tokio::spawn(async move { sender.send(Request::read(stream).await) });
        }
    });
    let mut requests = Requests(receiver);
    within_limit(1, one(&mut requests)).await;
    within_limit(2, two(&mut requests)).await;
    within_limit(3, three(&mut requests, racers)).await;
    within_limit(4, four(&mut requests)).await;
    within_limit(5, five(&mut requests)).await;
    within_limit(6, six(&mut requests)).await;
    within_limit(7, seven(&mut requests, second)).await;
    within_limit(8, eight(&mut requests)).await;
    within_limit(9, nine(&mut requests)).await;
    within_limit(10, ten(&mut requests)).await;
    within_limit(11, eleven(&mut requests)).await;
}

async fn within_limit(obstacle: usize, run: impl Future<Output = ()>) {
    let ended = timeout(LIMIT, run).await;
    ended.unwrap_or_else(|_| {
        panic!("obstacle {obstacle}: a request is missing, or a loser runs on")
    });
}

struct Requests(UnboundedReceiver<Request>);

impl Requests {
    async fn any(&mut self) -> Request {
        self.0.recv().await.unwrap()
    }

    async fn next(&mut self, path: &str) -> Request {
        let request = self.any().await;
        assert_eq!(request.path, path);
        request
    }

    async fn several<const N: usize>(&mut self, path: &str) -> [Request; N] {
        let mut requests = Vec::new();
        while requests.len() < N {
            requests.push(self.next(path).await);
        }
        requests.try_into().ok().unwrap()
    }
}

/// Two requests. The first is right.
async fn one(requests: &mut Requests) {
    let [first, second] = requests.several("/1").await;
    first.answer(200, "right").await;
    second.closed().await;
}

/// Two requests. One connection is closed without an answer, the other request is right.
async fn two(requests: &mut Requests) {
    let [first, second] = requests.several("/2").await;
    second.hang_up().await;
    first.answer(200, "right").await;
}

/// Thousands of requests. The last is right.
async fn three(requests: &mut Requests, racers: usize) {
    let mut losers = Vec::new();
    while losers.len() < racers - 1 {
        losers.push(requests.next("/3").await);
    }
    requests.next("/3").await.answer(200, "right").await;
    for loser in losers {
        loser.closed().await;
    }
}

/// Two requests. The client cancels one, perhaps before it was sent, and the other is right.
async fn four(requests: &mut Requests) {
    let (mut first, mut second) = (requests.any().await, requests.any().await);
    let unlimited = tokio::select! {
        () = first.wait_until_closed() => second,
        () = second.wait_until_closed() => first,
    };
    assert_eq!(unlimited.path, "/4");
    unlimited.answer(200, "right").await;
}

/// Two requests. The first answer is 500; the other request is right.
async fn five(requests: &mut Requests) {
    let [first, second] = requests.several("/5").await;
    first.answer(500, "wrong").await;
    second.answer(200, "right").await;
}

/// Three requests. The first answer is 500, the second request is right.
async fn six(requests: &mut Requests) {
    let [first, second, third] = requests.several("/6").await;
    first.answer(500, "wrong").await;
    second.answer(200, "right").await;
    third.closed().await;
}

/// The first request is right if the second comes two seconds after it, or later.
async fn seven(requests: &mut Requests, second: Duration) {
    let first = requests.next("/7").await;
    let start = Instant::now();
    let hedge = requests.next("/7").await;
    let waited = start.elapsed() >= 2 * second;
    let answer = if waited { "right" } else { "wrong: too early" };
    first.answer(200, answer).await;
    hedge.closed().await;
}

/// Two clients open a resource each and use it. The first use fails, and once its resource is
/// closed, the other use is right. Then the other resource is closed.
async fn eight(requests: &mut Requests) {
    let mut opened = 0;
    let mut users = Vec::new();
    while users.len() < 2 {
        let request = requests.any().await;
        if request.path == "/8?open" {
            opened += 1;
            request.answer(200, &format!("resource-{opened}")).await;
        } else {
            assert!(request.path.starts_with("/8?use=resource-"));
            users.push(request);
        }
    }
    let [first, second] = users.try_into().ok().unwrap();
    for (user, status, answer) in [(first, 500, "wrong"), (second, 200, "right")] {
        let close = user.path.replace("use", "close");
        user.answer(status, answer).await;
        requests.next(&close).await.answer(200, "").await;
    }
    assert_eq!(opened, 2);
}

/// Ten requests. Five answers are 500, and five have a letter each.
async fn nine(requests: &mut Requests) {
    let mut ten = Vec::from(requests.several::<10>("/9").await);
    // Not in the order of the requests.
    ten.rotate_left(3);
    let mut letters = "right".chars();
    while let (Some(failing), Some(succeeding)) = (ten.pop(), ten.pop()) {
        failing.answer(500, "x").await;
        let letter = letters.next().unwrap();
        succeeding.answer(200, &letter.to_string()).await;
    }
}

/// One request stays open until three reports have shown a high load. Then it is answered, and the
/// next report that shows a low load is right.
async fn ten(requests: &mut Requests) {
    let request = requests.any().await;
    let prefix = format!("{}=", request.path);
    let mut high_loads = 0;
    while high_loads < 3 {
        let report = requests.any().await;
        if report.load(&prefix) >= BUSY {
            high_loads += 1;
        }
        report.answer(302, "").await;
    }
    request.answer(200, "").await;
    let mut report = requests.any().await;
    while report.load(&prefix) >= BUSY {
        report.answer(302, "").await;
        report = requests.any().await;
    }
    report.answer(200, "right").await;
}

/// Three requests. The first two connections are closed without an answer, the third is right.
async fn eleven(requests: &mut Requests) {
    let [first, second, third] = requests.several("/11").await;
    first.hang_up().await;
    second.hang_up().await;
    third.answer(200, "right").await;
}

/// A connection with one request.
struct Request {
    /// With the query. Empty if the client closed the connection without a request.
    path: String,
    stream: TcpStream,
}

impl Request {
    async fn read(mut stream: TcpStream) -> Self {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
                head.clear();
                break;
            }
        }
        let head = String::from_utf8(head).unwrap();
        let path = head.split(' ').nth(1).unwrap_or("").to_owned();
        Self { path, stream }
    }

    fn load(&self, prefix: &str) -> f64 {
        let load = self
            .path
            .strip_prefix(prefix)
            .and_then(|load| load.parse().ok());
        load.unwrap_or_else(|| panic!("{} does not report a load", self.path))
    }

    /// Answers, and waits until the client has read the answer: it then closes the connection.
    async fn answer(mut self, status: u16, body: &str) {
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        let sent = self.stream.write_all(answer.as_bytes()).await;
        sent.unwrap_or_else(|error| panic!("{} cannot be answered: {error}", self.path));
        self.closed().await;
    }

    /// Closes the connection without an answer, and waits until the client has seen it.
    async fn hang_up(mut self) {
        self.stream.shutdown().await.unwrap();
        self.closed().await;
    }

    /// Waits until the client has closed the connection.
    async fn closed(mut self) {
        self.wait_until_closed().await;
    }

    async fn wait_until_closed(&mut self) {
        // A reset is an error and ends the connection too.
        let read = self.stream.read_u8().await;
        assert!(
            read.is_err(),
            "{} is followed by more than a request",
            self.path
        );
    }
}
