use reqwest::Url;
use url::Position;

/// The longest that [`http::Uri`] allows, in bytes.
const MAX_URI_LEN: usize = 65_534;

/// The host of a URL, as the engine tells hosts apart: scheme, name and port. [`None`] if it is not a URL
/// that can be fetched.
#[must_use]
pub fn host(url: &str) -> Option<String> {
    checked_host(url).ok()
}

/// The host of a URL, or what is wrong with the URL.
pub(super) fn checked_host(url: &str) -> Result<String, String> {
    let url = parse(url)?;
    Ok(if url.username().is_empty() && url.password().is_none() {
        url[..Position::AfterPort].to_owned()
    } else {
        url.origin().ascii_serialization()
    })
}

/// Everything before the path, if nothing can be wrong with the rest. If that is a host that is known, the
/// URL need not be parsed here: that is half of the scheduler's cost for a URL, and its attempt has to do
/// it in any case.
pub(super) fn plain_origin(url: &str) -> Option<&str> {
    let is_plain = url.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    // In the worst case each byte is encoded as three.
    if !is_plain || url.len() > MAX_URI_LEN / 3 {
        return None;
    }
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
