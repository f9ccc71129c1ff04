use std::error::Error;

use step3_taskgroup::{ErrorGroup, ErrorNode};

use crate::{BoxError, split_type};

/// Handles the errors of a group by type, as `except*` does in Python.
///
/// Each call of [`handle`](Self::handle) takes the errors of one type out of the group and passes
/// them to a handler. [`reraise`](Self::reraise) returns the errors that no handler took, in their
/// shape, so that an unexpected error is not lost.
///
/// The rules are those of [PEP 654](https://peps.python.org/pep-0654/#except).
pub struct Except {
    rest: Option<ErrorGroup<BoxError>>,
    raised: Vec<ErrorNode<BoxError>>,
}

impl Except {
    /// Starts with all errors of `group`.
    #[must_use]
    pub fn new(group: ErrorGroup<BoxError>) -> Self {
        Self {
            rest: Some(group),
            raised: Vec::new(),
        }
    }

    /// Calls `handler` once with all errors of type `T` that no earlier handler took; not at all if
    /// there are none.
    ///
    /// The handler may fail, with an error or with a group. To raise its own group again, it boxes
    /// the errors with [`map_errors`](crate::map_errors). Later handlers do not see what it
    /// returns; [`reraise`](Self::reraise) does.
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

    /// Returns what is left as an error.
    ///
    /// # Errors
    ///
    /// The errors that no handler took, in their shape. If handlers failed, a new group: first the
    /// failures of the handlers, in order, then the errors that no handler took. (In Python a bare
    /// `raise` puts a handler's group back in its old place; here it comes before the rest.)
    pub fn reraise(self) -> Result<(), ErrorGroup<BoxError>> {
        if self.raised.is_empty() {
            return self.rest.map_or(Ok(()), Err);
        }
        let rest = self.rest.map(ErrorNode::Group);
        ErrorGroup::new("", self.raised.into_iter().chain(rest)).map_or(Ok(()), Err)
    }
}
