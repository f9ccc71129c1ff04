#![doc = include_str!("../README.md")]

mod client;
mod error;
mod fetch;

pub use client::client;
pub use error::FetchError;
pub use fetch::{FetchResult, fetch_url};
