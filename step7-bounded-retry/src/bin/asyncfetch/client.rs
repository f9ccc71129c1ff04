use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;

use crate::eprint_line;

/// Long enough for a retry, and short enough that a list of a thousand hosts does not keep a
/// thousand connections open.
const IDLE: Duration = Duration::from_secs(2);

/// A client with TLS by rustls and ring, which uses the operating system's trust store.
///
/// If the machine has no root certificates, `http` works and every `https` request fails.
///
/// # Errors
///
/// If the client cannot be built for another reason.
pub fn client(redirects: impl Fn() -> Policy) -> reqwest::Result<Client> {
    // An error means that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        Client::builder()
            .user_agent(concat!("asyncfetch/", env!("CARGO_PKG_VERSION")))
            .redirect(redirects())
            .pool_idle_timeout(IDLE)
    };
    builder().build().or_else(|_| {
        let client = builder().tls_certs_only([]).build()?;
        eprint_line("warning: no root certificates are installed: https requests will fail");
        Ok(client)
    })
}
