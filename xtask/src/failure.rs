//! How a command ends when it cannot go on.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use crate::style::BAD;

/// A message for standard error, and the exit code that goes with it.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: Option<String>,
}

impl Failure {
    /// Something failed: exit code 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Self {
            code: 1,
            message: Some(message.into()),
        }
    }

    /// Wrong usage, or input that cannot be read: exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            code: 2,
            message: Some(message.into()),
        }
    }

    /// There is nothing on this machine to compare with: exit code 3.
    pub fn no_python(message: impl Into<String>) -> Self {
        Self {
            code: 3,
            message: Some(message.into()),
        }
    }

    /// There is nobody left to tell.
    pub fn is_quiet(&self) -> bool {
        self.message.is_none()
    }

    pub fn report(self) -> ExitCode {
        if let Some(message) = self.message {
            // When standard error is gone too, there is nobody left to tell.
            let _ = writeln!(anstream::stderr(), "{BAD}error{BAD:#}: {message}");
        }
        ExitCode::from(self.code)
    }
}

/// Our own output could not be written.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        // Whoever reads us has left, as `head` does. That is theirs to decide, and no news to them.
        let quiet = error.kind() == ErrorKind::BrokenPipe;
        Self {
            code: 1,
            message: (!quiet).then(|| format!("cannot write the output: {error}")),
        }
    }
}
