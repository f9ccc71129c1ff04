//! Content codings: the right bytes, or an error.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use step7_bounded_retry::engine::FailureKind;

use crate::scripted::{outcome_of, response};
use crate::{message, summary};

const GZIP: &str = "Content-Encoding: gzip";

fn plain() -> Vec<u8> {
    b"hello ".repeat(3_000)
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// The bytes of an outcome that must be a success at the first attempt.
async fn decoded(lines: &[&str], body: &[u8]) -> u64 {
    let outcome = outcome_of(response(200, lines, body)).await;
    let (kind, attempts, status, bytes) = summary(&outcome);
    assert_eq!((kind, attempts, status), (None, 1, Some(200)), "{lines:?}");
    bytes
}

#[tokio::test]
async fn codings_have_names_in_any_case_and_may_stand_in_lists() {
    let (plain, once) = (plain(), gzip(&plain()));
    let twice = gzip(&once);
    let length = plain.len() as u64;
    for name in [
        "gzip",
        "GZIP",
        "x-gzip",
        "identity, gzip",
        "gzip,",
        " GZip ",
    ] {
        let line = format!("Content-Encoding: {name}");
        assert_eq!(decoded(&[&line], &once).await, length, "{name}");
    }
    assert_eq!(decoded(&[GZIP, GZIP], &twice).await, length);
    assert_eq!(
        decoded(&["Content-Encoding: gzip, gzip"], &twice).await,
        length
    );
    // Some servers say it twice and do it once.
    assert_eq!(decoded(&[GZIP, GZIP], &once).await, length);
    assert_eq!(
        decoded(&["Content-Encoding: identity"], &plain).await,
        length
    );
}

#[tokio::test]
async fn deflate_is_zlib_or_raw() {
    let plain = plain();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(&plain).unwrap();
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
    raw.write_all(&plain).unwrap();
    for body in [zlib.finish().unwrap(), raw.finish().unwrap()] {
        let bytes = decoded(&["Content-Encoding: deflate"], &body).await;
        assert_eq!(bytes, plain.len() as u64);
    }
}

#[tokio::test]
async fn a_transfer_coding_is_decoded_too() {
    let plain = plain();
    let twice = gzip(&gzip(&plain));
    let head = |coding| {
        format!("HTTP/1.1 200 X\r\n{GZIP}\r\nTransfer-Encoding: {coding}\r\n\r\n").into_bytes()
    };
    let outcome = outcome_of([head("gzip"), twice.clone()].concat()).await;
    let expected = (None, 1, Some(200), plain.len() as u64);
    assert_eq!(summary(&outcome), expected, "{outcome:?}");

    let unknown = outcome_of([head("br"), twice].concat()).await;
    assert_eq!(summary(&unknown).0, Some(FailureKind::Encoding));
}

#[tokio::test]
async fn gzip_may_have_members_and_padding_and_be_empty() {
    let (one, length) = (gzip(&plain()), plain().len() as u64);
    for (body, members) in [
        ([&one[..], &one].concat(), 2),
        ([&one[..], &one, &one].concat(), 3),
        ([&one[..], &[0; 10]].concat(), 1),
        ([&one[..], b"\n"].concat(), 1),
        (Vec::new(), 0),
    ] {
        assert_eq!(decoded(&[GZIP], &body).await, members * length);
    }
}

#[tokio::test]
async fn what_cannot_be_decoded_is_of_kind_encoding_and_not_fetched_again() {
    let (body, mut damaged) = (gzip(&plain()), gzip(&plain()));
    let last = damaged.len() - 8;
    damaged[last] ^= 1;
    for (line, body) in [
        ("Content-Encoding: br", &body[..]),
        ("Content-Encoding: gzip, zstd", &body),
        (GZIP, b"hello"),
        (GZIP, &body[..body.len() - 1]),
        (GZIP, &body[..body.len() / 2]),
        (GZIP, &damaged),
        ("Content-Encoding: deflate", b"\xFF\xFFhello"),
    ] {
        let outcome = outcome_of(response(200, &[line], body)).await;
        let (kind, attempts, ..) = summary(&outcome);
        assert_eq!((kind, attempts), (Some(FailureKind::Encoding), 1), "{line}");
        assert!(message(outcome).starts_with("the body cannot be decoded: "));
    }
    // There is nothing to decode.
    assert_eq!(decoded(&["Content-Encoding: br"], b"").await, 0);
}
