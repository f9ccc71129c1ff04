//! Everything that failed, in one error.

mod render;

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::panic::Location;
use std::sync::Arc;
use std::{mem, slice};

pub use render::Tree;

/// One or more failures, as a tree: a group holds leaves and other groups.
///
/// It is what `ExceptionGroup` is in Python ([PEP 654](https://peps.python.org/pep-0654/)).
/// It is never empty: there is no way to make an empty one.
///
/// - [`Display`] is one line, even if an error's message has several: the message if there is one,
///   the number of errors, and the first few of them. `{:#}` adds their causes.
/// - [`tree`](Self::tree) shows every error on a line of its own, with its task, its source line
///   and its causes.
/// - [`Debug`], which `main` prints when it returns a group, is such a tree of the errors' own
///   `Debug` texts.
/// - In all of them, control characters are escaped, line separators are spaces, and each text is
///   cut after 500 characters.
/// - [`source`](Error::source) of a group of one error is that error.
/// - Nothing here uses recursion, so no depth of nesting overflows the stack.
///
/// # Causes
///
/// An error type need not implement [`Error`] here: text and `Box<dyn Error + Send + Sync>` do not.
/// So the causes of a *boxed* error are found, and those of any other type are if you ask for them
/// by [`Tree::with_causes`].
pub struct ErrorGroup<E> {
    message: Cow<'static, str>,
    /// Empty only while the group is taken apart.
    nodes: Vec<ErrorNode<E>>,
}

/// A member of an [`ErrorGroup`], and the error type of a scope's body.
///
/// In a body, `?` converts the group's error type and the [`ErrorGroup`] of an inner scope. Rust does
/// not allow it to convert other errors (that would overlap with the first of these), so convert
/// them to the error type yourself:
///
/// ```
/// # use step3_taskgroup::{ErrorGroup, TaskGroup};
/// type Error = Box<dyn std::error::Error + Send + Sync>;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let sum: Result<u8, ErrorGroup<Error>> = TaskGroup::scope(async |group| {
///     // In a child, `?` converts as everywhere.
///     let child = group.spawn(async { Ok("9".parse::<u8>()?) });
///     let own: u8 = "nine".parse().map_err(Error::from)?;
///     Ok(child.await + own)
/// })
/// .await;
/// assert_eq!(sum.unwrap_err().to_string(), "1 error: invalid digit found in string");
/// # }
/// ```
///
/// Without the `map_err`, a body does not compile:
///
/// ```compile_fail,E0277
/// # use step3_taskgroup::ErrorNode;
/// # type Error = Box<dyn std::error::Error + Send + Sync>;
/// fn body() -> Result<u8, ErrorNode<Error>> {
///     Ok("nine".parse()?)
/// }
/// ```
pub enum ErrorNode<E> {
    /// One failure.
    Leaf(Leaf<E>),
    /// The failures of a group within the group.
    Group(ErrorGroup<E>),
}

/// One failure, and where it comes from.
#[derive(Debug)]
pub struct Leaf<E> {
    /// What the task returned.
    pub error: E,
    /// The task that returned it.
    pub task: TaskName,
    /// The line that spawned the task. For a failure of the body itself, the line of its `?`.
    pub location: &'static Location<'static>,
}

/// The name of a task in a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TaskName {
    /// The group's own body.
    Body,
    /// A task that was given no name: its number, in the order of spawning, from 0.
    Index(usize),
    /// A task that was given a name.
    Named(Arc<str>),
}

impl<E> ErrorGroup<E> {
    /// A group of all `nodes`, in their order; `None` if there are none.
    ///
    /// The message may be empty.
    pub fn new(
        message: impl Into<Cow<'static, str>>,
        nodes: impl IntoIterator<Item = ErrorNode<E>>,
    ) -> Option<Self> {
        let nodes: Vec<_> = nodes.into_iter().collect();
        (!nodes.is_empty()).then(|| Self {
            message: message.into(),
            nodes,
        })
    }

    /// The same failures under another message.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    /// What the failures have in common. Empty for a group that a scope returned; a group within it
    /// has the name of the child that returned it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The members, in the order in which they failed.
    #[must_use]
    pub fn nodes(&self) -> &[ErrorNode<E>] {
        &self.nodes
    }

    /// How many failures are in the tree. Never zero.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.leaves().count()
    }

    /// The error, if there is only one.
    ///
    /// # Errors
    ///
    /// The group itself, if there are several.
    #[expect(clippy::missing_panics_doc, reason = "a group is never empty")]
    pub fn into_single(self) -> Result<E, Self> {
        if self.leaves().nth(1).is_some() {
            return Err(self);
        }
        let mut leaves = self.into_leaves();
        Ok(leaves.pop().expect("a group is never empty").error)
    }

    /// Every failure in the tree, by value, depth first, in order.
    #[must_use]
    pub fn into_leaves(mut self) -> Vec<Leaf<E>> {
        let mut leaves = Vec::new();
        let mut rest = mem::take(&mut self.nodes);
        rest.reverse();
        while let Some(node) = rest.pop() {
            match node {
                ErrorNode::Leaf(leaf) => leaves.push(leaf),
                ErrorNode::Group(mut group) => rest.extend(group.nodes.drain(..).rev()),
            }
        }
        leaves
    }

    /// The message and the members, by value.
    #[must_use]
    pub fn into_parts(mut self) -> (Cow<'static, str>, Vec<ErrorNode<E>>) {
        (mem::take(&mut self.message), mem::take(&mut self.nodes))
    }

    /// Every failure in the tree, depth first, in order.
    #[must_use]
    pub fn leaves(&self) -> Leaves<'_, E> {
        Leaves {
            levels: vec![self.nodes.iter()],
        }
    }

    /// Shows the failures as a tree, one on each line, down to a depth of 20 groups.
    #[must_use]
    pub fn tree(&self) -> Tree<'_, E>
    where
        E: 'static,
    {
        Tree::new(self)
    }
}

/// Without recursion: the default would overflow the stack on a deep tree.
impl<E> Drop for ErrorGroup<E> {
    fn drop(&mut self) {
        let mut rest = mem::take(&mut self.nodes);
        while let Some(node) = rest.pop() {
            if let ErrorNode::Group(mut group) = node {
                rest.append(&mut group.nodes);
            }
        }
    }
}

/// The failures of an [`ErrorGroup`]; see [`ErrorGroup::leaves`].
pub struct Leaves<'a, E> {
    levels: Vec<slice::Iter<'a, ErrorNode<E>>>,
}

impl<'a, E> Iterator for Leaves<'a, E> {
    type Item = &'a Leaf<E>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(level) = self.levels.last_mut() {
            match level.next() {
                Some(ErrorNode::Leaf(leaf)) => return Some(leaf),
                Some(ErrorNode::Group(group)) => self.levels.push(group.nodes.iter()),
                None => drop(self.levels.pop()),
            }
        }
        None
    }
}

/// Lets `?` in a body turn an error of the group's type into a member of the group. For an error of
/// another type, write `.map_err(YourError::from)?`.
impl<E> From<E> for ErrorNode<E> {
    // `?` passes its own location on.
    #[track_caller]
    fn from(error: E) -> Self {
        Self::Leaf(Leaf {
            error,
            task: TaskName::Body,
            location: Location::caller(),
        })
    }
}

/// Lets `?` in a body turn the result of an inner scope into a member of the group.
// So that the compiler does not speak of groups where `?` meets an error of another type.
#[diagnostic::do_not_recommend]
impl<E> From<ErrorGroup<E>> for ErrorNode<E> {
    fn from(group: ErrorGroup<E>) -> Self {
        Self::Group(group)
    }
}

impl<E> ErrorNode<E> {
    /// Notes the child that returned it.
    pub(crate) fn set_origin(&mut self, child: TaskName, line: &'static Location<'static>) {
        match self {
            Self::Leaf(Leaf { task, location, .. }) => (*task, *location) = (child, line),
            Self::Group(group) if group.message.is_empty() => {
                group.message = child.to_string().into();
            }
            Self::Group(group) => group.message = format!("{child}: {}", group.message).into(),
        }
    }
}

impl<E: Debug + Display + 'static> Error for ErrorGroup<E> {
    /// The error, if there is only one.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let mut leaves = self.leaves();
        let only = leaves.next().filter(|_| leaves.next().is_none())?;
        Some(match boxed(&only.error) {
            Some(error) => error,
            None => only,
        })
    }
}

/// Shows the error alone.
impl<E: Display> Display for Leaf<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl<E: Debug + Display + 'static> Error for Leaf<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        source_of_boxed(&self.error)
    }
}

fn boxed<E: 'static>(error: &E) -> Option<&(dyn Error + 'static)> {
    let error = (error as &dyn Any).downcast_ref::<Box<dyn Error + Send + Sync>>()?;
    Some(&**error)
}

fn source_of_boxed<E: 'static>(error: &E) -> Option<&(dyn Error + 'static)> {
    boxed(error)?.source()
}
