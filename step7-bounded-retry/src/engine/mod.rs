//! What the article leaves out: a fetcher that runs unattended with a million URLs.
//!
//! The engine is generic over what an attempt does, and has three entry points: [`collect()`],
//! [`try_collect`] and [`stream()`]. [`Http`] is the attempt for real servers; a test passes an
//! attempt of its own and uses a paused clock.

mod attempt;
mod budget;
mod collect;
mod delay;
mod failure;
mod fetch;
mod host;
mod http;
mod request;
mod retry_after;
mod settings;
mod stream;

pub use attempt::{AttemptError, RetryDecision};
pub use collect::{collect, partition, try_collect};
pub use delay::Jitter;
pub use failure::{Failure, FailureKind};
pub use http::{Http, redirect_policy};
pub use request::{Outcome, Request};
pub use retry_after::retry_after;
pub use settings::Settings;
pub use stream::stream;
