//! The example `easy_racer` runs its eleven obstacles against a scenario server of our own.
//!
//! With `LONG_TESTS=1` they have the sizes of Easy Racer.
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "`main` of the example")]
#[path = "../../examples/easy_racer.rs"]
mod easy_racer;
mod server;

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use easy_racer::Course;

/// How many requests obstacle 3 makes, and how long a second is.
fn sizes() -> (usize, Duration) {
    if env::var_os("LONG_TESTS").is_some() {
        (10_000, Duration::from_secs(1))
    } else {
        (200, Duration::from_millis(40))
    }
}

/// Server and client are two processes, since each has an open file for each connection.
#[test]
fn the_answer_to_each_of_the_eleven_obstacles_is_right() {
    let mut server = part("server").spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.as_mut().unwrap()).lines();
    let port = lines.find_map(|line| Some(line.unwrap().strip_prefix("port ")?.to_owned()));
    let port = port.expect("the server does not start");
    let mut client = part("client").env("PORT", port).spawn().unwrap();

    let right = server.wait().unwrap().success();
    if !right {
        client.kill().unwrap();
    }
    let client = client.wait_with_output().unwrap();
    let answers = String::from_utf8(client.stdout).unwrap();
    let expected = format!("running 1 test\n{}test client", "right\n".repeat(11));
    assert!(right && answers.contains(&expected), "{answers}");
}

/// One of the two tests below, in a process of its own. A shell sets its limit of open files.
fn part(name: &str) -> Command {
    let script =
        r#"ulimit -S -n "$0" || { echo "$0 open files are needed" >&2; exit 1; }; exec "$@""#;
    let mut command = Command::new("sh");
    command
        .args(["-c", script, &(sizes().0 + 100).to_string()])
        .arg(env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env("EASY_RACER_PART", name)
        // With one thread, the name of the test and its output would be on one line.
        .env("RUST_TEST_THREADS", "2")
        .stdout(Stdio::piped());
    command
}

fn is_part(name: &str) -> bool {
    env::var("EASY_RACER_PART").is_ok_and(|part| part == name)
}

#[tokio::test]
#[ignore = "a process of the test above"]
async fn server() {
    if is_part("server") {
        let (racers, second) = sizes();
        let listener = server::listen();
        println!("port {}", listener.local_addr().unwrap().port());
        server::serve(listener, racers, second).await;
    }
}

#[tokio::test]
#[ignore = "a process of the test above"]
async fn client() {
    if is_part("client") {
        let (racers, second) = sizes();
        let port = env::var("PORT").unwrap().parse().unwrap();
        Course::new(port, racers, second).run().await;
    }
}
