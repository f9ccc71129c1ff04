use std::borrow::Cow;

use reqwest::Url;
use url::Position;

/// The longest that [`http::Uri`] allows, in bytes.
const MAX_URI_LEN: usize = 65_534;

/// The host of a URL, as the engine tells hosts apart: scheme, name and port. [`None`] if it is not a URL
/// that can be fetched.
#[must_use]
pub fn host(url: &str) -> Option<String> {
    let host = host_of(url, |_| false).ok()?;
    Some(host.into_owned())
}

/// The host of a URL, or what is wrong with the URL.
///
/// A URL that begins with a host that is known is not parsed here, if nothing can be wrong with the
/// rest: parsing it is half of the scheduler's cost for a URL, and its attempt has to do it in any case.
pub(super) fn host_of(url: &str, is_known: impl Fn(&str) -> bool) -> Result<Cow<'_, str>, String> {
    let is_plain = url.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    // In the worst case each byte is encoded as three.
    if is_plain && url.len() <= MAX_URI_LEN / 3 {
        if let Some(host) = origin(url).filter(|host| is_known(host)) {
            return Ok(host.into());
        }
    }
    let url = parse(url)?;
    Ok(if url.username().is_empty() && url.password().is_none() {
        url[..Position::AfterPort].to_owned().into()
    } else {
        url.origin().ascii_serialization().into()
    })
}

/// Everything before the path.
fn origin(url: &str) -> Option<&str> {
    let rest = url
        .strip_prefix("http")
        .map(|rest| rest.strip_prefix('s').unwrap_or(rest))?;
    let authority = rest.strip_prefix("://")?;
    let is_end = |byte: &u8| matches!(byte, b'/' | b'?' | b'#' | b'\\');
    let length = authority.bytes().position(|byte| is_end(&byte));
    let after = authority.len() - length.unwrap_or(authority.len());
    Some(&url[..url.len() - after])
}

/// The URL, or what is wrong with it.
fn parse(url: &str) -> Result<Url, String> {
    if url.len() > MAX_URI_LEN {
        return Err(format!("longer than {MAX_URI_LEN} bytes"));
    }
    if url.contains(char::REPLACEMENT_CHARACTER) {
        return Err("it contains U+FFFD, which replaces bytes that are not UTF-8".to_owned());
    }
    // The parser removes some of them, and would make one URL of two columns.
    if let Some(control) = url.chars().find(|character| character.is_control()) {
        return Err(format!("it contains the control character {control:?}"));
    }
    let parsed = Url::parse(url).map_err(|error| error.to_string())?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(format!(
            "the scheme must be http or https, not {:?}",
            parsed.scheme()
        ));
    }
    // HTTP does not allow every URL; one reason is that it is too long once it is encoded.
    match parsed.as_str().parse::<http::Uri>() {
        Ok(_) => Ok(parsed),
        Err(error) => Err(error.to_string()),
    }
}
