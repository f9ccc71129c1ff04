//! Lesson 1: one fetch we can trust.
//!
//! [`fetch_url`] fetches a page, or returns a [`FetchError`] that names the URL and the cause.
//! [`client`] creates the client that it needs. The later lessons run many such fetches at once.
//!
//! The lesson's page is `README.md` in the crate's folder. It builds this code step by step.

mod client;
mod error;
mod fetch;

pub use client::client;
pub use error::FetchError;
pub use fetch::{FetchResult, fetch_url};

// Runs the Rust blocks of the page as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
