use std::sync::Arc;

use step1_fetcher::{FetchError, FetchResult};

/// The outcome of one URL.
///
/// The article has two optional fields, a result and an error, of which "exactly one" is set; with
/// zero attempts neither is. One `Result` rules that out.
#[derive(Debug)]
pub struct FetchOutcome {
    /// The URL as given.
    pub url: Arc<str>,
    /// The page, or the error of the last attempt.
    pub result: Result<FetchResult, FetchError>,
    /// How many attempts were made, the last one included.
    pub attempts: u32,
}
