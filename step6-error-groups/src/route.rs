//! Takes an error group apart and keeps its shape.

use std::borrow::Cow;
use std::convert::Infallible;
use std::error::Error;
use std::vec;

use step3_taskgroup::{ErrorGroup, ErrorNode, Leaf};

use crate::BoxError;

/// Splits `group` into two halves: a leaf goes to the first if `decide` returns `Ok`, and to the
/// second if it returns `Err`. The two halves may have different error types.
///
/// Each half keeps the shape: messages, nesting, order, tasks and source lines. An inner group that
/// has no leaves in a half is omitted there, and a half without any leaf is `None`. No error is
/// cloned, and deep nesting does not overflow the stack.
///
/// The rules are those of `BaseExceptionGroup.split` in
/// [PEP 654](https://peps.python.org/pep-0654/).
pub fn route<E, A, B>(
    group: ErrorGroup<E>,
    mut decide: impl FnMut(Leaf<E>) -> Result<Leaf<A>, Leaf<B>>,
) -> (Option<ErrorGroup<A>>, Option<ErrorGroup<B>>) {
    let mut levels = Vec::new();
    let mut level = Level::open(group);
    loop {
        match level.nodes.next() {
            Some(ErrorNode::Leaf(leaf)) => match decide(leaf) {
                Ok(leaf) => level.first.push(ErrorNode::Leaf(leaf)),
                Err(leaf) => level.second.push(ErrorNode::Leaf(leaf)),
            },
            Some(ErrorNode::Group(inner)) => {
                levels.push(std::mem::replace(&mut level, Level::open(inner)));
            }
            None => {
                let (first, second) = level.close();
                let Some(outer) = levels.pop() else {
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

/// Splits `group` into the leaves for which `matches` returns true, and the rest. See [`route`].
pub fn split<E>(
    group: ErrorGroup<E>,
    mut matches: impl FnMut(&Leaf<E>) -> bool,
) -> (Option<ErrorGroup<E>>, Option<ErrorGroup<E>>) {
    route(
        group,
        |leaf| if matches(&leaf) { Ok(leaf) } else { Err(leaf) },
    )
}

/// Keeps the leaves for which `matches` returns true and drops the others. See [`route`].
pub fn subgroup<E>(
    group: ErrorGroup<E>,
    matches: impl FnMut(&Leaf<E>) -> bool,
) -> Option<ErrorGroup<E>> {
    split(group, matches).0
}

/// Splits a group of boxed errors into those of type `T`, unboxed, and the rest. See [`route`].
///
/// An error is of type `T` only if it is a `T` itself; a `T` among its sources does not count.
#[must_use]
pub fn split_type<T: Error + 'static>(
    group: ErrorGroup<BoxError>,
) -> (Option<ErrorGroup<T>>, Option<ErrorGroup<BoxError>>) {
    route(
        group,
        |Leaf {
             error,
             task,
             location,
         }| match error.downcast::<T>() {
            Ok(error) => Ok(Leaf {
                error: *error,
                task,
                location,
            }),
            Err(error) => Err(Leaf {
                error,
                task,
                location,
            }),
        },
    )
}

/// Replaces each error of `group` by `map(error)` and keeps the shape. See [`route`].
///
/// # Panics
///
/// Only if `map` does.
pub fn map_errors<E, F>(group: ErrorGroup<E>, mut map: impl FnMut(E) -> F) -> ErrorGroup<F> {
    let (mapped, _) = route(
        group,
        |Leaf {
             error,
             task,
             location,
         }| {
            Ok::<_, Leaf<Infallible>>(Leaf {
                error: map(error),
                task,
                location,
            })
        },
    );
    mapped.expect("every leaf went to the first half, and a group is never empty")
}
