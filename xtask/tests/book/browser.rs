//! Drives a browser: the WebDriver protocol is JSON over HTTP.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1280,1000",
];
/// For one command, and for what a page is waited for.
const LIMIT: Duration = Duration::from_secs(60);

pub struct Browser {
    driver: Child,
    /// Kept open: the driver goes on writing.
    _output: BufReader<ChildStdout>,
    port: u16,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(driver.stdout.take().unwrap());
        let mut line = String::new();
        let port = loop {
            line.clear();
            assert_ne!(
                output.read_line(&mut line).unwrap(),
                0,
                "chromedriver prints its port"
            );
            if let Some((_, port)) = line.split_once("successfully on port ") {
                break port.trim().trim_end_matches('.').parse().unwrap();
            }
        };
        let profile = tempfile::tempdir().unwrap();
        let profile_flag = format!("--user-data-dir={}", profile.path().display());
        let mut browser = Self {
            driver,
            _output: output,
            port,
            session: String::new(),
            _profile: profile,
        };
        let mut flags: Vec<_> = FLAGS.map(String::from).into();
        flags.push(profile_flag);
        let capabilities = json!({"alwaysMatch": {"goog:chromeOptions": {"args": flags}}});
        let created = browser.post("/session", &json!({"capabilities": capabilities}));
        let id = created["sessionId"].as_str().expect("a session");
        browser.session = format!("/session/{id}");
        browser
    }

    /// The `value` of the answer. An error of the browser fails the test.
    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.request("POST", path, &body.to_string());
        let value = &answer["value"];
        assert!(value.get("error").is_none(), "{path}: {value}");
        value.clone()
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Value {
        self.try_request(method, path, body).unwrap()
    }

    fn try_request(&self, method: &str, path: &str, body: &str) -> io::Result<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(LIMIT))?;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
        // The driver keeps the connection open, so its end does not end the answer.
        let mut stream = BufReader::new(stream);
        let mut length = 0;
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line)?;
            let header = line.to_lowercase();
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut answer = vec![0; length];
        stream.read_exact(&mut answer)?;
        Ok(serde_json::from_slice(&answer)?)
    }

    fn command(&self, name: &str, body: &Value) -> Value {
        self.post(&format!("{}/{name}", self.session), body)
    }

    /// Opens a file. `more` is a query and a fragment.
    pub fn open(&self, file: &Path, more: &str) {
        let path = file.to_str().unwrap().replace(' ', "%20");
        // An address that differs in its fragment only would not load the page again.
        self.command("url", &json!({"url": "about:blank"}));
        self.command("url", &json!({"url": format!("file://{path}{more}")}));
    }

    /// Runs the body of a function in the page, and gives what it returns.
    pub fn run(&self, script: &str) -> Value {
        self.run_with(script, &json!([]))
    }

    pub fn run_with(&self, script: &str, arguments: &Value) -> Value {
        self.command(
            "execute/sync",
            &json!({"script": script, "args": arguments}),
        )
    }

    /// Waits until this expression is true.
    pub fn wait(&self, expression: &str) {
        let start = Instant::now();
        while self.run(&format!("return Boolean({expression})")) != true {
            assert!(start.elapsed() < LIMIT, "waiting for {expression}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses and releases these keys, one after the other.
    pub fn press(&self, keys: &[&str]) {
        let event = |kind: &str, key: &str| json!({"type": kind, "value": key});
        let events = keys
            .iter()
            .flat_map(|key| [event("keyDown", key), event("keyUp", key)]);
        let events: Vec<_> = events.collect();
        self.command(
            "actions",
            &json!({"actions": [{"type": "key", "id": "keys", "actions": events}]}),
        );
    }

    pub fn type_text(&self, text: &str) {
        let letters: Vec<_> = text.split("").filter(|letter| !letter.is_empty()).collect();
        self.press(&letters);
    }

    /// Presses the pointer at the middle of the element, moves it by `dx`, and releases it.
    pub fn drag(&self, selector: &str, dx: i64) {
        let script = "const element = document.querySelector(arguments[0]);\
                      element.scrollIntoView({ block: 'center', behavior: 'instant' });\
                      const box = element.getBoundingClientRect();\
                      return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)]";
        let middle = self.run_with(script, &json!([selector]));
        let (x, y) = (middle[0].as_i64().unwrap(), middle[1].as_i64().unwrap());
        let to = |x: i64| json!({"type": "pointerMove", "x": x, "y": y, "duration": 0});
        let mut events = vec![to(x), json!({"type": "pointerDown", "button": 0})];
        if dx != 0 {
            events.extend([to(x + dx / 2), to(x + dx)]);
        }
        events.push(json!({"type": "pointerUp", "button": 0}));
        let pointer = json!({"type": "pointer", "id": "mouse", "actions": events});
        self.command("actions", &json!({"actions": [pointer]}));
    }

    pub fn click(&self, selector: &str) {
        self.drag(selector, 0);
    }

    /// A command of the DevTools protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.command("goog/cdp/execute", &body)
    }

    pub fn emulate(&self, media: &str, feature: &str, value: &str) {
        let features = json!([{"name": feature, "value": value}]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({"media": media, "features": features}),
        );
    }

    pub fn resize(&self, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    pub fn save_screenshot(&self, file: &Path) {
        let answer = self.request("GET", &format!("{}/screenshot", self.session), "");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, decode_base64(answer["value"].as_str().unwrap())).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // This ends the browser, which would outlive its driver.
        let _ = self.try_request("DELETE", &self.session, "");
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn decode_base64(text: &str) -> Vec<u8> {
    let digit = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<_> = text.trim_end_matches('=').bytes().map(digit).collect();
    let bytes = digits.chunks(4).flat_map(|four| {
        let sum = (0..4).fold(0, |sum, at| {
            sum << 6 | u32::from(*four.get(at).unwrap_or(&0))
        });
        sum.to_be_bytes()[1..four.len()].to_vec()
    });
    bytes.collect()
}
