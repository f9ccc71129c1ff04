use reqwest::Client;

/// A client for [`fetch_url`](crate::fetch_url). Make one and share it: it keeps its connections.
///
/// It speaks `http` and, by rustls with the operating system's root certificates, `https`. On a
/// machine without root certificates `http` still works and every `https` request fails.
///
/// # Panics
///
/// If reqwest cannot build a client for another reason than missing root certificates.
#[must_use]
pub fn client() -> Client {
    // An error means that a provider is installed already, and that one will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .build()
        .or_else(|_| Client::builder().tls_certs_only([]).build())
        .expect("reqwest can build a client without root certificates")
}
