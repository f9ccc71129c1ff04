//! What the article leaves out: a fetcher that runs unattended with a million URLs.
//!
//! The engine is generic over what an attempt does, and has three entry points: [`collect()`],
//! [`try_collect`] and [`stream()`]. [`Http`] is the attempt for real servers; a test passes an
//! attempt of its own and uses a paused clock.

mod accept;
mod attempt;
mod child;
mod collect;
mod delay;
mod failure;
mod http;
mod line;
mod request;
mod retry_after;
mod run;
pub mod scheduler;
mod settings;
mod stream;

pub use accept::host;
pub use attempt::AttemptError;
pub use collect::{collect, partition, try_collect};
pub use delay::Jitter;
pub use failure::{Failure, FailureKind};
pub use http::Http;
pub use request::{Outcome, Request};
pub use retry_after::retry_after;
pub use settings::Settings;
pub use stream::stream;
