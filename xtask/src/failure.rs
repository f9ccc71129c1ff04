//! An error that ends a command: a message for standard error, and the exit code.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use crate::style::BAD;

#[derive(Debug)]
pub struct Failure {
    code: u8,
    pub message: String,
}

impl Failure {
    /// Something failed: exit code 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(1, message)
    }

    /// Wrong usage, or input that cannot be read: exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(2, message)
    }

    /// Without a message, nothing is printed.
    pub fn new(code: u8, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message }
    }

    pub fn report(self) -> ExitCode {
        if !self.message.is_empty() {
            // Standard error may be closed. Then the exit code is all that is left.
            let _ = writeln!(anstream::stderr(), "{BAD}error{BAD:#}: {}", self.message);
        }
        ExitCode::from(self.code)
    }
}

/// For output, and for files that are not named.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        // Broken pipe (for example `| head`): exit quietly.
        if error.kind() == ErrorKind::BrokenPipe {
            return Self::failed("");
        }
        Self::failed(format!("cannot read or write: {error}"))
    }
}
