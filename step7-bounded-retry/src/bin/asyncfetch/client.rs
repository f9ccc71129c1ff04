use std::env;

use reqwest::Client;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use step7_bounded_retry::engine::Http;

use crate::arguments::Fetch;
use crate::eprint_line;

/// The attempts, with TLS by rustls and ring, which uses the operating system's trust store.
///
/// If the machine has no root certificates, `http` works and every `https` request fails.
///
/// # Errors
///
/// If a client cannot be built for another reason.
pub fn http(fetch: &Fetch, headers: HeaderMap) -> reqwest::Result<Http> {
    // An error means that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let timeout = *fetch.limits.timeout;
    let client = || {
        let client = Client::builder();
        if is_proxy_unwanted() {
            client.no_proxy()
        } else {
            client
        }
    };
    let mut http = Http::new(client, timeout).or_else(|_| {
        let http = Http::new(|| client().tls_certs_only([]), timeout)?;
        eprint_line("warning: no root certificates are installed: https requests will fail");
        Ok::<_, reqwest::Error>(http)
    })?;
    http.max_body = fetch.limits.max_body.0;
    http.max_redirects = fetch.limits.max_redirects.into();
    http.headers = headers;
    http.head = fetch.requests.head;
    Ok(http)
}

/// Whether `NO_PROXY` names every host. reqwest takes `*` for every name, but for no address.
fn is_proxy_unwanted() -> bool {
    let names = ["NO_PROXY", "no_proxy"]
        .into_iter()
        .find_map(|name| env::var(name).ok());
    names.is_some_and(|names| names.split(',').any(|name| name.trim() == "*"))
}

/// The headers of `--header` and `--user-agent`.
///
/// # Errors
///
/// If one is not a header. The message does not repeat it: it may be a secret.
pub fn headers(fetch: &Fetch) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    let agent = HeaderValue::from_str(&fetch.requests.user_agent);
    let agent = agent.map_err(|_| "--user-agent must be the value of a header")?;
    headers.insert(USER_AGENT, agent);
    for header in &fetch.requests.headers {
        let header = header.split_once(':').and_then(|(name, value)| {
            let name = HeaderName::try_from(name.trim()).ok()?;
            let mut value = HeaderValue::try_from(value.trim()).ok()?;
            value.set_sensitive(true);
            Some((name, value))
        });
        let (name, value) = header.ok_or("--header must be written as 'Name: value'")?;
        if name == USER_AGENT {
            headers.insert(name, value);
        } else {
            headers.append(name, value);
        }
    }
    Ok(headers)
}
