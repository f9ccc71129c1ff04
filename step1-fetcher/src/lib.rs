#![doc = include_str!("../README.md")]

mod error;
mod fetch;

pub use error::FetchError;
pub use fetch::{FetchResult, fetch_url};
