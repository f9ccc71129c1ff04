use std::error::Error;

use step3_taskgroup::{ErrorGroup, ErrorNode};

use crate::{BoxError, split_type};

/// What `except*` is in Python: handlers, each for one type of error, one after the other.
///
/// A handler runs at most once, with the sub-group of everything that is of its type and that no
/// handler before it took. What no handler took is raised again by [`reraise`](Self::reraise), in
/// shape: an error that nobody thought of cannot be lost.
///
/// The rules are those of [PEP 654](https://peps.python.org/pep-0654/#except).
pub struct Except {
    rest: Option<ErrorGroup<BoxError>>,
    raised: Vec<ErrorNode<BoxError>>,
}

impl Except {
    /// Begins with everything that failed.
    #[must_use]
    pub fn new(group: ErrorGroup<BoxError>) -> Self {
        Self {
            rest: Some(group),
            raised: Vec::new(),
        }
    }

    /// Handles the errors of type `T`, if there are any.
    ///
    /// A handler may fail, with an error or with a whole group, such as its own, boxed again by
    /// [`map_errors`](crate::map_errors). Its failure does not reach the handlers after it. It
    /// comes out at the end, a group with its shape, tasks and source lines.
    #[must_use]
    pub fn handle<T: Error + 'static>(
        mut self,
        handler: impl FnOnce(ErrorGroup<T>) -> Result<(), ErrorNode<BoxError>>,
    ) -> Self {
        let (taken, rest) = self.rest.take().map_or((None, None), split_type);
        self.rest = rest;
        self.raised
            .extend(taken.and_then(|group| handler(group).err()));
        self
    }

    /// Raises what is left.
    ///
    /// # Errors
    ///
    /// What no handler took, in the shape in which it came. If handlers failed, a new group of
    /// their failures, in order, and then of what is left. In Python a bare `raise` puts a
    /// handler's group back into its old place; here it stands beside the rest.
    pub fn reraise(self) -> Result<(), ErrorGroup<BoxError>> {
        if self.raised.is_empty() {
            return self.rest.map_or(Ok(()), Err);
        }
        let rest = self.rest.map(ErrorNode::Group);
        ErrorGroup::new("", self.raised.into_iter().chain(rest)).map_or(Ok(()), Err)
    }
}
