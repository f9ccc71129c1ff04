use std::error::Error;

use step3_taskgroup::ErrorGroup;

use crate::split_type;

/// Any error that a job can return.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A failure that is recorded and does not stop the other jobs: a rate limit, a duplicate key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TolerableError(pub String);

/// A failure that must stop the other jobs: a lost database, a broken invariant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FatalError(pub String);

/// Splits `group` into its [`TolerableError`]s and all other errors, fatal and unclassified.
#[must_use]
pub fn split_tolerable(
    group: ErrorGroup<BoxError>,
) -> (
    Option<ErrorGroup<TolerableError>>,
    Option<ErrorGroup<BoxError>>,
) {
    split_type(group)
}
