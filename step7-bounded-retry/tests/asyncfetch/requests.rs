//! What is sent, which lines are fetched, and what is said.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::program::{Run, asyncfetch, ndjson, run, run_with, start};
use crate::server::Server;

const NONE: [&str; 0] = [];

/// The heads of all requests.
type Heads = Arc<Mutex<Vec<String>>>;

/// A server that answers each request with these lines, and keeps the requests.
fn recording(response: impl Fn(&str) -> String + Send + Sync + 'static) -> (Server, Heads) {
    let heads = Heads::default();
    let kept = Arc::clone(&heads);
    let server = Server::with(move |mut stream: TcpStream| {
        let lines = BufReader::new(&stream).lines().map_while(Result::ok);
        let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
        let head = head.join("\n").to_lowercase();
        if head.is_empty() {
            return;
        }
        let response = response(&head);
        kept.lock().unwrap().push(head);
        let _ = write!(stream, "HTTP/1.1 {response}connection: close\r\n\r\n");
    });
    (server, heads)
}

fn ok(_: &str) -> String {
    "200 OK\r\ncontent-length: 0\r\n".to_owned()
}

#[test]
fn headers_and_credentials_stay_with_the_host_of_the_url() {
    let (other, to_other) = recording(ok);
    let location = other.url("/landing");
    let (first, to_first) = recording(move |_| format!("302 Found\r\nlocation: {location}\r\n"));
    let url = first.url("/?token=secret").replace("//", "//user:secret@");
    let mut program = ndjson([&url]);
    let secrets = ["X-Key: secret", "Cookie: a=secret", "Accept: text/html"];
    let run = run(program.args(secrets.map(|header| format!("--header={header}"))));

    assert_eq!(run.kinds(), ["ok"], "{run:?}");
    let first = to_first.lock().unwrap().remove(0);
    for sent in ["x-key: secret", "cookie: a=secret", "authorization: basic"] {
        assert!(first.contains(sent), "{first}");
    }
    let other = to_other.lock().unwrap().remove(0);
    assert!(other.contains("accept: text/html"), "{other}");
    assert!(!other.contains("secret"), "{other}");
    for name in ["authorization", "referer"] {
        assert!(!other.contains(name), "{other}");
    }
}

#[test]
fn the_name_of_the_client_can_be_chosen() {
    let (server, heads) = recording(ok);
    run(ndjson([server.url("/")]).args(["--user-agent", "a-course/1"]));
    let head = heads.lock().unwrap().remove(0);
    assert!(head.contains("user-agent: a-course/1"), "{head}");
}

#[test]
fn no_message_repeats_a_secret() {
    for header in ["no colon secret", "na me: secret", "name: sec\nret"] {
        let run = run(asyncfetch().args(["nonsense", "--header", header]));
        assert_eq!((run.code, &*run.out), (Some(2), ""), "{run:?}");
        assert!(run.err.contains("--header must be"), "{run:?}");
        assert!(!run.err.contains("ret"), "{run:?}");
    }
    // The parser accepts any number of slashes.
    for url in [
        "http://user:secret@127.0.0.1:1/@",
        "http://secret@127.0.0.1:1",
        "HTTP:user:secret@127.0.0.1:1?@",
        r"http:\user:secret@127.0.0.1:1\",
        "//user:secret@127.0.0.1:1/",
    ] {
        let fetched = run(asyncfetch().args(["--max-attempts", "1", url]));
        assert!(fetched.out.contains("***@127.0.0.1:1"), "{fetched:?}");
        assert!(!fetched.out.contains("secret"), "{fetched:?}");
        for option in ["--input", "--timeout"] {
            let refused = run(asyncfetch().args([option, url]));
            assert_eq!(refused.code, Some(2), "{refused:?}");
            assert!(!refused.err.contains("secret"), "{refused:?}");
        }
    }
    for url in ["http://127.0.0.1:1/@a", "mailto:a@b.test"] {
        let run = run(asyncfetch().args(["--max-attempts", "1", url]));
        assert!(run.out.contains(&format!(" {url}: ")), "{run:?}");
    }
}

#[test]
fn no_proxy_with_an_asterisk_is_for_addresses_too() {
    let (server, _) = recording(ok);
    let mut program = ndjson([server.url("/")]);
    program.args(["--max-attempts", "1"]);
    program.env("http_proxy", "http://127.0.0.1:1");
    assert_eq!(run(program.env("NO_PROXY", "*")).kinds(), ["ok"]);
    assert_eq!(
        run(program.env("NO_PROXY", "a.test")).kinds(),
        ["transport"]
    );
}

#[test]
fn with_head_the_body_is_asked_for_only_where_a_server_needs_it() {
    let (server, heads) = recording(|head| {
        if head.starts_with("head /old") {
            "405 Method Not Allowed\r\ncontent-length: 0\r\n".to_owned()
        } else {
            "200 OK\r\n".to_owned()
        }
    });
    let run = run(ndjson([server.url("/new"), server.url("/old")]).arg("--head"));

    assert_eq!(run.kinds(), ["ok", "ok"], "{run:?}");
    assert_eq!(run.objects()[1]["attempts"], 1);
    let mut asked: Vec<_> = heads
        .lock()
        .unwrap()
        .iter()
        .filter_map(|head| Some(head.split_once(" http")?.0.to_owned()))
        .collect();
    asked.sort();
    assert_eq!(asked, ["get /old", "head /new", "head /old"]);
}

#[test]
fn requests_to_a_host_are_an_interval_apart() {
    let (server, _) = recording(ok);
    let urls = ["/1", "/2", "/3"].map(|path| server.url(path));
    let started = Instant::now();
    let run = run(ndjson(urls).args(["--host-interval", "20ms"]));

    assert_eq!(run.kinds(), ["ok"; 3], "{run:?}");
    assert!(started.elapsed() >= Duration::from_millis(40));
}

#[test]
fn a_run_is_resumed_without_what_the_earlier_one_has_fetched() {
    let server = Server::start();
    let urls = ["/a", "/missing", "/b"].map(|path| server.url(path));
    let earlier = run(&mut ndjson(&urls));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("earlier.ndjson");
    // The end of a last line is lost, as after a crash, and a later run has appended to it.
    let (first, rest) = earlier.out.split_once('\n').unwrap();
    let cut = r#"{"index":3,"url":"ht"#;
    fs::write(&file, format!("{first}\n{cut}{first}\n{rest}{cut}")).unwrap();

    let later = run(ndjson(&urls).arg("--resume").arg(&file));
    let objects = later.objects();
    assert_eq!(objects.len(), 1, "{later:?}");
    assert_eq!(objects[0]["url"], *urls[1]);
    assert!(later.err.contains("by the earlier run: 2"), "{later:?}");

    fs::write(&file, "no object\n".to_owned() + &earlier.out).unwrap();
    let refused = run(ndjson(&urls).arg("--resume").arg(&file));
    assert_eq!((refused.code, &*refused.out), (Some(2), ""), "{refused:?}");
}

#[test]
fn a_resumed_run_replaces_no_saved_body() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let url = server.url("/good");
    let none = folder.path().join("none.ndjson");
    fs::write(&none, "").unwrap();
    let save = |arguments: &[&str]| {
        let mut program = ndjson([&url]);
        let run = run(program.args(arguments).arg("--output").arg(folder.path()));
        let file = run.objects()[0]["file"].as_str().unwrap().to_owned();
        assert!(folder.path().join(&file).exists(), "{run:?}");
        file
    };
    let first = save(&[]);
    assert_eq!(save(&[]), first, "it is replaced");
    let resumed = save(&["--resume", none.to_str().unwrap()]);
    assert_eq!(resumed, first + "-2");
}

#[test]
fn the_shards_of_a_list_are_the_list() {
    let lines: Vec<_> = (0..40).map(|n| format!("ftp://{n}/")).collect();
    let shards: Vec<Run> = (1..=3)
        .map(|k| run(ndjson(&lines).args(["--shard", &format!("{k}/3")])))
        .collect();
    let sizes: Vec<_> = shards.iter().map(|run| run.objects().len()).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 40);
    assert!(sizes.iter().all(|&size| size > 0), "{sizes:?}");
    for wrong in ["0/3", "4/3", "1", "a/b"] {
        let run = run(ndjson(NONE).args(["--shard", wrong]));
        assert_eq!(run.code, Some(2), "{run:?}");
    }
}

#[test]
fn arguments_are_fetched_before_an_input_that_says_nothing() {
    let server = Server::start();
    let mut program = ndjson([server.url("/good")]);
    let mut running = start(program.args(["--input", "-"]).stdin(Stdio::piped()));
    let input = running.stdin.take();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains(r#""ok":true"#), "{first}");
    drop(input);
    assert_eq!(running.wait().code, Some(0));
}

#[test]
fn a_list_in_utf_16_is_refused_by_name() {
    let text = "http://127.0.0.1:1/\r\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.txt");
    for list in [
        [&[0xFF, 0xFE][..], &little].concat(),
        [&[0xFE, 0xFF][..], &big].concat(),
        little,
        big,
    ] {
        fs::write(&file, &list).unwrap();
        let from_file = run(ndjson(NONE).arg("--input").arg(&file));
        let from_stdin = run_with(&mut ndjson(NONE), &list);
        for run in [from_file, from_stdin] {
            assert_eq!(run.code, Some(2), "{run:?}");
            assert!(run.err.contains("UTF-16"), "{run:?}");
            // Of its lines, the first alone is taken in.
            assert_eq!(run.kinds(), ["invalid_url"], "{run:?}");
            assert_eq!(run.objects()[0]["attempts"], 0, "{run:?}");
        }
    }
}

#[test]
fn text_escapes_what_would_move_the_cursor_or_turn_the_line_around() {
    let run = run(asyncfetch().args(["a\u{1b}[2J", "b\u{202e}txt", "c\u{2066}"]));
    assert!(!run.out.contains(['\u{1b}', '\u{202e}', '\u{2066}']));
    assert!(run.out.contains(r"b\u{202e}txt"), "{run:?}");
}

#[test]
fn the_summary_says_what_to_do_about_a_host_that_is_down() {
    let mut program = asyncfetch();
    let options = ["--base-delay", "1ms", "--host-patience", "50ms"];
    let urls = (0..30).map(|page| format!("http://127.0.0.1:1/{page}"));
    let run = run(program.args(options).args(urls));
    assert!(
        run.err.contains("1 host down: try --resume later"),
        "{run:?}"
    );
}
