use reqwest::Client;

/// Creates a client for [`fetch_url`](crate::fetch_url). Create one and share it: it keeps its
/// connections open and uses them again.
///
/// It follows up to ten redirects; one more is a [`FetchError::Request`](crate::FetchError). It
/// has no timeout: a fetch from a server that does not answer waits until it is dropped.
///
/// It speaks `http` and `https`, with rustls and the operating system's root certificates. On
/// a machine without root certificates, `http` works and every `https` request fails.
///
/// # Panics
///
/// If reqwest cannot build a client for a reason other than missing root certificates.
#[must_use]
pub fn client() -> Client {
    // An error means that a provider is already installed; the client uses that one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .build()
        .or_else(|_| Client::builder().tls_certs_only([]).build())
        .expect("reqwest can build a client without root certificates")
}
