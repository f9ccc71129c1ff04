//! What the article leaves out: a fetcher that can be left alone with a million URLs.
//!
//! One engine, generic over what an attempt is, with three faces: [`collect`], [`strict`] and
//! [`stream`]. [`Http`] is the attempt for the real world; a test brings its own, and a paused clock.

mod attempt;
mod budget;
mod delay;
mod faces;
mod failure;
mod fetch;
mod host;
mod http;
mod request;
mod retry_after;
pub mod scheduler;
mod settings;
mod window;

pub use attempt::AttemptError;
pub use delay::Jitter;
pub use faces::{collect, partition, strict};
pub use failure::{Failure, Kind};
pub use http::{Http, redirect_policy};
pub use request::{Outcome, Request};
pub use retry_after::retry_after;
pub use settings::Settings;
pub use window::stream;
