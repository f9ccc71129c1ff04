use std::panic::Location;
use std::sync::Arc;

use step3_taskgroup::{ErrorGroup, ErrorNode, Leaf, TaskName};

/// Separates the results from the errors. Both keep the order of `results`; in the group, each
/// error has its URL as the name of its task, and the caller's source line.
#[track_caller]
pub(crate) fn partition<T, E>(
    message: &'static str,
    results: impl IntoIterator<Item = (Arc<str>, Result<T, E>)>,
) -> (Vec<T>, Option<ErrorGroup<E>>) {
    let location = Location::caller();
    let mut values = Vec::new();
    let mut failed = Vec::new();
    for (url, result) in results {
        match result {
            Ok(value) => values.push(value),
            Err(error) => failed.push(ErrorNode::Leaf(Leaf {
                error,
                task: TaskName::Named(url),
                location,
            })),
        }
    }
    (values, ErrorGroup::new(message, failed))
}
