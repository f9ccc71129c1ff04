use std::error::Error;

use step3_taskgroup::ErrorGroup;

use crate::split_type;

/// Any error, as a job returns it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A failure of one job that is recorded, and then one goes on: a rate limit, a duplicate key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TolerableError(pub String);

/// A failure that nobody may pass over: a database that is gone, an invariant that is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FatalError(pub String);

/// The tolerable failures, and everything else: what is fatal, and what nobody has classified.
#[must_use]
pub fn split_tolerable(
    group: ErrorGroup<BoxError>,
) -> (
    Option<ErrorGroup<TolerableError>>,
    Option<ErrorGroup<BoxError>>,
) {
    split_type(group)
}
