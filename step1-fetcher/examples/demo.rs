//! Fetches five URLs, one after the other, and prints each result.

use std::time::Duration;

use step1_fetcher::{client, fetch_url};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let server = MockServer::start().await;
    let answers = [
        (
            "/hello",
            ResponseTemplate::new(200).set_body_string("hello"),
        ),
        ("/busy", ResponseTemplate::new(503)),
        (
            "/latin-1",
            ResponseTemplate::new(200).set_body_bytes(b"caf\xe9"),
        ),
    ];
    for (route, answer) in answers {
        Mock::given(path(route))
            .respond_with(answer)
            .mount(&server)
            .await;
    }

    let client = client();
    for url in [
        "{server}/hello",
        "{server}/busy",
        "{server}/latin-1",
        "/users",
        "ftp://host/file",
    ] {
        let url = url.replace("{server}", &server.uri());
        let line = match fetch_url(&client, &url, Duration::ZERO).await {
            Ok(page) => format!(
                "ok     {} answered {}: {:?}",
                page.url, page.status, page.body
            ),
            Err(error) => format!("error  {error}"),
        };
        // The port differs from run to run, but the output should not.
        println!("{}", line.replace(&server.uri(), "http://server"));
    }
}
