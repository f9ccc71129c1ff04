//! An error that ends a command: a message for standard error, and the exit code.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use crate::style::BAD;

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

    pub fn report(self) -> ExitCode {
        if let Some(message) = self.message {
            // Standard error may be closed. Then the exit code is all that is left.
            let _ = writeln!(anstream::stderr(), "{BAD}error{BAD:#}: {message}");
        }
        ExitCode::from(self.code)
    }
}

/// Our own output could not be written.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        // Broken pipe (for example `| head`): exit quietly.
        let quiet = error.kind() == ErrorKind::BrokenPipe;
        Self {
            code: 1,
            message: (!quiet).then(|| format!("cannot write the output: {error}")),
        }
    }
}
