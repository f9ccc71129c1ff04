use std::sync::Arc;

use step1_fetcher::{FetchError, FetchResult};

/// What became of one URL.
///
/// The article has two optional fields, a result and an error, of which "exactly one" is set; with
/// zero attempts neither is. Here there is one field, and nothing else can be said.
#[derive(Debug)]
pub struct FetchOutcome {
    /// The URL as given.
    pub url: Arc<str>,
    /// The page, or how the last attempt failed.
    pub result: Result<FetchResult, FetchError>,
    /// How many attempts it took, the last one included.
    pub attempts: u32,
}
