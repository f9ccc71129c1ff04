use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;

use crate::say;

/// Long enough for a retry, and short enough that a list of a thousand hosts does not keep a
/// thousand connections open.
const IDLE: Duration = Duration::from_secs(2);

/// A client with TLS by rustls and ring, which trusts whom the machine trusts.
///
/// A machine may have no root certificates. There, `http` works all the same, and whoever answers
/// to `https` is refused.
///
/// # Errors
///
/// If the client cannot be made for another reason.
pub fn client(redirects: impl Fn() -> Policy) -> reqwest::Result<Client> {
    // It fails if there is a provider already, and then that one will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        Client::builder()
            .user_agent(concat!("asyncfetch/", env!("CARGO_PKG_VERSION")))
            .redirect(redirects())
            .pool_idle_timeout(IDLE)
    };
    builder().build().or_else(|_| {
        let client = builder().tls_certs_only([]).build()?;
        say("warning: no root certificates are installed, so https is refused");
        Ok(client)
    })
}
