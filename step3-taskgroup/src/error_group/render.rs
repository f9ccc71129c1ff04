//! How a group is shown: in one line, and as a tree.

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter, Write};
use std::iter::successors;

use super::{ErrorGroup, ErrorNode, Leaf, TaskName, source_of_boxed};

/// Errors that the one line shows.
const SHOWN: usize = 3;
/// Groups within groups that a tree shows.
const DEEPEST: usize = 20;
/// Causes of an error that are shown.
const CAUSES: usize = 20;
/// Characters of a text that are shown.
const LONGEST: usize = 500;

type Source<E> = fn(&E) -> Option<&(dyn Error + 'static)>;

fn causes<E>(error: &E, source: Source<E>) -> impl Iterator<Item = &(dyn Error + 'static)> {
    successors(source(error), |&cause| cause.source()).take(CAUSES)
}

impl<E: Display + 'static> Display for ErrorGroup<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let count = self.len();
        if !self.message.is_empty() {
            write!(f, "{}: ", OneLine(&self.message))?;
        }
        let errors = if count == 1 { "error" } else { "errors" };
        write!(f, "{count} {errors}")?;
        for (index, Leaf { error, .. }) in self.leaves().take(SHOWN).enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            if f.alternate() {
                write!(f, "{:#}", OneLine(error))?;
                for cause in causes(error, source_of_boxed) {
                    write!(f, ": {}", OneLine(cause))?;
                }
            } else {
                write!(f, "{}", OneLine(error))?;
            }
        }
        if count > SHOWN {
            write!(f, "; and {} more", count - SHOWN)?;
        }
        Ok(())
    }
}

/// Shows an [`ErrorGroup`] as a tree; see [`ErrorGroup::tree`].
pub struct Tree<'a, E> {
    group: &'a ErrorGroup<E>,
    source: Source<E>,
}

impl<'a, E: 'static> Tree<'a, E> {
    pub(super) fn new(group: &'a ErrorGroup<E>) -> Self {
        Self {
            group,
            source: source_of_boxed,
        }
    }

    /// Shows the causes of an error type that implements [`Error`]. Those of a boxed error are shown
    /// in any case.
    #[must_use]
    pub fn with_causes(self) -> Self
    where
        E: Error,
    {
        Self {
            source: E::source,
            ..self
        }
    }
}

impl<E: Display> Display for Tree<'_, E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_tree(self.group, f, false, |leaf, indent, f| {
            write_leaf(leaf, &leaf.error, f)?;
            for cause in causes(&leaf.error, self.source) {
                write!(f, "\n{:indent$}caused by: {}", "", OneLine(cause))?;
            }
            Ok(())
        })
    }
}

impl<E: Debug> Debug for ErrorGroup<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_tree(self, f, true, |leaf, _, f| {
            write_leaf(leaf, &format_args!("{:?}", leaf.error), f)
        })
    }
}

impl<E: Debug> Debug for ErrorNode<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(leaf) => leaf.fmt(f),
            Self::Group(group) => group.fmt(f),
        }
    }
}

impl Display for TaskName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("body"),
            Self::Index(index) => write!(f, "task {index}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// Writes a line for each group and each leaf. Below the deepest level that is shown there are no
/// groups any more, and there are leaves only if `all` are wanted. `write_leaf` gets the indentation
/// of lines below its own.
fn write_tree<E>(
    root: &ErrorGroup<E>,
    f: &mut Formatter<'_>,
    all: bool,
    write_leaf: impl Fn(&Leaf<E>, usize, &mut Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    write_heading(root, f)?;
    let mut open = vec![root.nodes.iter()];
    while let Some(nodes) = open.last_mut() {
        let node = nodes.next();
        let depth = open.len();
        let indent = 2 * depth.min(DEEPEST);
        match node {
            Some(ErrorNode::Leaf(leaf)) => {
                write!(f, "\n{:indent$}", "")?;
                write_leaf(leaf, indent + 2, f)?;
            }
            Some(ErrorNode::Group(group)) => {
                if depth <= DEEPEST {
                    write!(f, "\n{:indent$}", "")?;
                    write_heading(group, f)?;
                }
                if all || depth < DEEPEST {
                    open.push(group.nodes.iter());
                } else {
                    f.write_str(" ...")?;
                }
            }
            None => drop(open.pop()),
        }
    }
    Ok(())
}

fn write_heading<E>(group: &ErrorGroup<E>, f: &mut Formatter<'_>) -> fmt::Result {
    let message = if group.message.is_empty() {
        "error group"
    } else {
        &group.message
    };
    write!(f, "{} ({})", OneLine(message), group.len())
}

fn write_leaf<E>(leaf: &Leaf<E>, error: &dyn Display, f: &mut Formatter<'_>) -> fmt::Result {
    let Leaf { task, location, .. } = leaf;
    let (file, line) = (location.file(), location.line());
    write!(f, "{}: {} ({file}:{line})", OneLine(task), OneLine(error))
}

/// A text that may come from anywhere, so that it cannot look like a second line, control a
/// terminal, or fill a log.
struct OneLine<T>(T);

impl<T: Display> Display for OneLine<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let alternate = f.alternate();
        let mut line = Line {
            f,
            left: LONGEST + 1,
        };
        if alternate {
            write!(line, "{:#}", self.0)
        } else {
            write!(line, "{}", self.0)
        }
    }
}

struct Line<'a, 'b> {
    f: &'a mut Formatter<'b>,
    /// One more than the characters that still fit; none after the last.
    left: usize,
}

impl Write for Line<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match (self.left, character) {
                (0, _) => return Ok(()),
                (1, _) => self.f.write_char('…')?,
                (_, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}') => {
                    self.f.write_char(' ')?;
                }
                (_, control) if control.is_control() => {
                    write!(self.f, "{}", control.escape_debug())?;
                }
                (_, character) => self.f.write_char(character)?,
            }
            self.left -= 1;
        }
        Ok(())
    }
}
