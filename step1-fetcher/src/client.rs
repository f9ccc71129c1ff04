use reqwest::Client;

/// A client for [`fetch_url`](crate::fetch_url). One is enough for all fetches: it keeps its
/// connections.
///
/// It speaks `http` alone, which keeps the lessons quick to build. With the feature `tls` it speaks
/// `https` too, by rustls and ring.
///
/// # Panics
///
/// With `tls`, if the machine has no root certificates.
#[must_use]
pub fn client() -> Client {
    // It fails if there is a provider already, and then that one will do.
    #[cfg(feature = "tls")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}
