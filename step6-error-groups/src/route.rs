//! Takes an error group apart and keeps its shape.

use std::borrow::Cow;
use std::convert::Infallible;
use std::error::Error;
use std::mem;
use std::panic::Location;
use std::vec;

use step3_taskgroup::{ErrorGroup, ErrorNode, Leaf, TaskName};

use crate::BoxError;

/// Splits `group` into two halves: an error goes to the first if `decide` returns `Ok`, and to the
/// second if it returns `Err`. The two halves may have different error types.
///
/// Each half keeps the shape: messages, nesting, order, tasks and source lines. An inner group that
/// has no errors in a half is omitted there, and a half without any error is `None`. No error is
/// cloned, and deep nesting does not overflow the stack.
///
/// The rules are those of `BaseExceptionGroup.split` in
/// [PEP 654](https://peps.python.org/pep-0654/).
pub fn route<E, A, B>(
    group: ErrorGroup<E>,
    mut decide: impl FnMut(E) -> Result<A, B>,
) -> (Option<ErrorGroup<A>>, Option<ErrorGroup<B>>) {
    let mut outer_levels = Vec::new();
    let mut level = Level::open(group);
    loop {
        match level.nodes.next() {
            Some(ErrorNode::Leaf(leaf)) => match decide(leaf.error) {
                Ok(error) => level.first.push(node(error, leaf.task, leaf.location)),
                Err(error) => level.second.push(node(error, leaf.task, leaf.location)),
            },
            Some(ErrorNode::Group(inner)) => {
                outer_levels.push(mem::replace(&mut level, Level::open(inner)));
            }
            None => {
                let (first, second) = level.close();
                let Some(outer) = outer_levels.pop() else {
                    return (first, second);
                };
                level = outer;
                level.first.extend(first.map(ErrorNode::Group));
                level.second.extend(second.map(ErrorNode::Group));
            }
        }
    }
}

/// A group that is being split, with the part of each half that is done.
struct Level<E, A, B> {
    message: Cow<'static, str>,
    nodes: vec::IntoIter<ErrorNode<E>>,
    first: Vec<ErrorNode<A>>,
    second: Vec<ErrorNode<B>>,
}

impl<E, A, B> Level<E, A, B> {
    fn open(group: ErrorGroup<E>) -> Self {
        let (message, nodes) = group.into_parts();
        Self {
            message,
            nodes: nodes.into_iter(),
            first: Vec::new(),
            second: Vec::new(),
        }
    }

    fn close(self) -> (Option<ErrorGroup<A>>, Option<ErrorGroup<B>>) {
        let first = ErrorGroup::new(self.message.clone(), self.first);
        (first, ErrorGroup::new(self.message, self.second))
    }
}

fn node<E>(error: E, task: TaskName, location: &'static Location<'static>) -> ErrorNode<E> {
    ErrorNode::Leaf(Leaf {
        error,
        task,
        location,
    })
}

/// Splits `group` into the errors for which `matches` returns true, and the rest. See [`route`].
pub fn split<E>(
    group: ErrorGroup<E>,
    mut matches: impl FnMut(&E) -> bool,
) -> (Option<ErrorGroup<E>>, Option<ErrorGroup<E>>) {
    route(group, |error| {
        if matches(&error) {
            Ok(error)
        } else {
            Err(error)
        }
    })
}

/// Keeps the errors for which `matches` returns true and drops the others. See [`route`].
pub fn subgroup<E>(group: ErrorGroup<E>, matches: impl FnMut(&E) -> bool) -> Option<ErrorGroup<E>> {
    split(group, matches).0
}

/// Splits a group of boxed errors into those of type `T`, unboxed, and the rest. See [`route`].
///
/// An error is of type `T` only if it is a `T` itself; a `T` among its sources does not count.
#[must_use]
pub fn split_type<T: Error + 'static>(
    group: ErrorGroup<BoxError>,
) -> (Option<ErrorGroup<T>>, Option<ErrorGroup<BoxError>>) {
    route(group, |error| error.downcast().map(|error| *error))
}

/// Replaces each error of `group` by `map(error)` and keeps the shape. See [`route`].
///
/// # Panics
///
/// Only if `map` does.
pub fn map_errors<E, F>(group: ErrorGroup<E>, mut map: impl FnMut(E) -> F) -> ErrorGroup<F> {
    let (mapped, _) = route(group, |error| Ok::<_, Infallible>(map(error)));
    mapped.expect("every error went to the first half, and a group is never empty")
}
