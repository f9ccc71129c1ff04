//! Everything that failed, in one error.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::{self, Debug, Display, Write};
use std::panic::Location;
use std::sync::Arc;
use std::{mem, slice};

/// One or more failures, as a tree: a group holds leaves and other groups.
///
/// It is what `ExceptionGroup` is in Python ([PEP 654](https://peps.python.org/pep-0654/)).
/// It is never empty: there is no way to make an empty one.
///
/// - [`Display`] is one line, even if an error's message has several: the message if there is one,
///   the number of errors, and the first few of them.
/// - [`tree`](Self::tree) shows every error on a line of its own, with its task and source line.
/// - Dropping, [`leaves`](Self::leaves), [`Display`] and [`Debug`] use no recursion, so no depth
///   of nesting overflows the stack.
pub struct ErrorGroup<E> {
    message: Cow<'static, str>,
    /// Empty only while the group is taken apart.
    nodes: Vec<ErrorNode<E>>,
}

/// A member of an [`ErrorGroup`].
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

    /// What the failures have in common. Empty for a group that a scope returned.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The members, in the order in which they failed.
    #[must_use]
    pub fn nodes(&self) -> &[ErrorNode<E>] {
        &self.nodes
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
    pub fn tree(&self) -> Tree<'_, E> {
        Tree(self)
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

/// Lets `?` in a body turn an error of the group's type into a member of the group.
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
impl<E> From<ErrorGroup<E>> for ErrorNode<E> {
    fn from(group: ErrorGroup<E>) -> Self {
        Self::Group(group)
    }
}

impl<E: Debug + Display> Error for ErrorGroup<E> {}

impl<E: Display> Display for ErrorGroup<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 3;

        let count = self.leaves().count();
        let mut line = OneLine(f);
        if !self.message.is_empty() {
            write!(line, "{}: ", self.message)?;
        }
        write!(
            line,
            "{count} {}: ",
            if count == 1 { "error" } else { "errors" }
        )?;
        for (index, leaf) in self.leaves().take(SHOWN).enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(line, "{separator}{}", leaf.error)?;
        }
        if count > SHOWN {
            write!(line, "; and {} more", count - SHOWN)?;
        }
        Ok(())
    }
}

impl<E: Debug> Debug for ErrorGroup<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorGroup {:?} ", self.message)?;
        f.debug_list().entries(self.leaves()).finish()
    }
}

impl<E: Debug> Debug for ErrorNode<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(leaf) => leaf.fmt(f),
            Self::Group(group) => group.fmt(f),
        }
    }
}

impl Display for TaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("body"),
            Self::Index(index) => write!(f, "task {index}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// Shows an [`ErrorGroup`] as a tree; see [`ErrorGroup::tree`].
pub struct Tree<'a, E>(&'a ErrorGroup<E>);

impl<E: Display> Display for Tree<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_group(self.0, f, 0)
    }
}

fn fmt_group<E: Display>(
    group: &ErrorGroup<E>,
    f: &mut fmt::Formatter<'_>,
    depth: usize,
) -> fmt::Result {
    const DEEPEST: usize = 20;

    let message = if group.message.is_empty() {
        "error group"
    } else {
        &group.message
    };
    write!(OneLine(f), "{message} ({})", group.leaves().count())?;
    if depth == DEEPEST {
        return f.write_str(" ...");
    }
    for node in &group.nodes {
        write!(f, "\n{:width$}", "", width = 2 * (depth + 1))?;
        match node {
            ErrorNode::Leaf(Leaf {
                error,
                task,
                location,
            }) => {
                write!(
                    OneLine(f),
                    "{task}: {error} ({}:{})",
                    location.file(),
                    location.line()
                )?;
            }
            ErrorNode::Group(group) => fmt_group(group, f, depth + 1)?,
        }
    }
    Ok(())
}

/// Writes a line break as a space, so that an error's text cannot look like a second log line.
struct OneLine<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (index, line) in text.split(['\n', '\r']).enumerate() {
            if index > 0 {
                self.0.write_char(' ')?;
            }
            self.0.write_str(line)?;
        }
        Ok(())
    }
}
