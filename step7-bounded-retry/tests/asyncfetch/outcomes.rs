//! The outcome of a URL.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

use crate::program::{asyncfetch, ndjson, run, with_roots};
use crate::server::Server;

#[test]
fn the_object_of_a_url_has_these_keys_in_this_order() {
    let server = Server::start();
    let url = server.url("/good");
    let run = run(&mut ndjson([&url]));

    assert_eq!(run.code, Some(0), "{run:?}");
    let (before, after) = run.out.split_once(r#""elapsed_ms":"#).unwrap();
    assert_eq!(
        before,
        format!(r#"{{"index":0,"url":"{url}","ok":true,"status":200,"attempts":1,"bytes":5,"#)
    );
    assert_eq!(
        after.trim_start_matches(char::is_numeric),
        ",\"file\":null,\"error\":null}\n"
    );
}

#[test]
fn every_url_has_one_object_with_its_outcome() {
    let (server, other) = (Server::start(), Server::start());
    let refused = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    // URL, status, attempts, bytes, kind.
    let expected = [
        (server.url("/good"), Some(200), 1, 5, "ok"),
        (server.url("/flaky"), Some(200), 2, 5, "ok"),
        (server.url("/missing"), Some(404), 1, 4, "status"),
        (server.url("/short"), Some(200), 3, 5, "transport"),
        (other.url("/patience"), Some(429), 1, 0, "retry_after"),
        (server.url("/loop"), Some(302), 1, 0, "redirect"),
        (server.url("/ftp"), Some(302), 1, 0, "redirect"),
        (refused, None, 3, 0, "transport"),
        ("nonsense".to_owned(), None, 0, 0, "invalid_url"),
        ("ftp://host/".to_owned(), None, 0, 0, "invalid_url"),
    ];
    let run = run(&mut ndjson(expected.iter().map(|(url, ..)| url)));

    assert_eq!(run.code, Some(1), "{run:?}");
    let objects = run.objects();
    assert_eq!(objects.len(), expected.len());
    for ((url, status, attempts, bytes, kind), object) in expected.iter().zip(&objects) {
        assert_eq!(object["url"], **url);
        assert_eq!(object["status"].as_u64(), *status, "{object}");
        assert_eq!(object["attempts"], *attempts, "{object}");
        assert_eq!(object["bytes"], *bytes, "{object}");
        assert_eq!(crate::program::kind(object), *kind, "{object}");
    }
}

#[test]
fn the_body_limit_counts_decoded_bytes() {
    let server = Server::start();
    let urls = [server.url("/large"), server.url("/bomb")];
    let run = run(ndjson(&urls).args(["--max-body", "99KB"]));

    assert_eq!(run.kinds(), ["body_too_large", "body_too_large"], "{run:?}");
    // The Content-Length of the first ends it at once. That of the second counts encoded bytes.
    for (object, bytes) in run.objects().iter().zip([0..=0, 99_001..=999_999]) {
        assert_eq!(object["attempts"], 1);
        assert!(
            bytes.contains(&object["bytes"].as_u64().unwrap()),
            "{object}"
        );
    }
}

#[test]
fn an_attempt_has_its_timeout_and_a_url_its_deadline() {
    let server = Server::start();
    let urls = ["/stall", "/stall-within"].map(|path| server.url(path));
    let timeout = ["--timeout", "20ms", "--max-attempts", "2"];
    let timed_out = run(ndjson(urls).args(timeout));
    assert_eq!(timed_out.kinds(), ["timeout", "timeout"], "{timed_out:?}");
    for (object, status) in timed_out.objects().iter().zip([None, Some(200)]) {
        assert_eq!(object["attempts"], 2);
        assert_eq!(object["status"].as_u64(), status);
    }

    let deadline = ["--format", "ndjson", "--deadline", "20ms"];
    let late = run(asyncfetch().arg(server.url("/stall")).args(deadline));
    assert_eq!(late.kinds(), ["deadline"], "{late:?}");
}

#[test]
fn an_untrusted_certificate_is_of_kind_tls_and_not_retried() {
    let server = self_signed();
    let url = server.url("/").replace("http:", "https:");
    let run = run(with_roots(&mut ndjson([url])));

    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!(run.kinds(), ["tls"], "{run:?}");
    assert_eq!(run.objects()[0]["attempts"], 1);
}

#[test]
fn https_to_a_server_without_tls_is_of_kind_tls() {
    let server = Server::with(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let url = server.url("/").replace("http:", "https:");
    let run = run(with_roots(&mut ndjson([url])));

    assert_eq!(run.kinds(), ["tls"], "{run:?}");
    assert_eq!(run.objects()[0]["attempts"], 1);
}

#[test]
fn without_root_certificates_http_works_and_https_is_of_kind_tls() {
    let (plain, secure) = (Server::start(), self_signed());
    let urls = [plain.url("/"), secure.url("/").replace("http:", "https:")];
    let run = run(&mut ndjson(urls));

    assert_eq!(run.kinds(), ["ok", "tls"], "{run:?}");
}

/// A server with a self-signed certificate for 127.0.0.1.
fn self_signed() -> Server {
    let certificate = CertificateDer::from(&include_bytes!("certificate.der")[..]);
    let key = PrivateKeyDer::try_from(&include_bytes!("key.der")[..]).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    Server::with(move |mut stream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        while connection.is_handshaking() && connection.complete_io(&mut stream).is_ok() {}
    })
}
