//! Where and when it was measured.

use std::fmt::{self, Display};
use std::process::Command;
use std::{env, fs, thread};

use serde_derive::Serialize;

#[derive(Serialize)]
pub struct Machine {
    system: String,
    /// Linux says it.
    processor: Option<String>,
    cores: Option<usize>,
    rustc: String,
    python: Option<String>,
}

impl Machine {
    pub fn this(python: Option<String>) -> Self {
        let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let processor = processors.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == "model name").then(|| value.trim().to_owned())
        });
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let rustc = Command::new(rustc).arg("--version").output();
        let rustc = rustc.map_or_else(
            |error| error.to_string(),
            |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        );
        Self {
            system: format!("{} {}", env::consts::OS, env::consts::ARCH),
            processor,
            cores: thread::available_parallelism().ok().map(Into::into),
            rustc,
            python,
        }
    }
}

impl Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.system)?;
        if let Some(processor) = &self.processor {
            write!(f, ", {processor}")?;
        }
        if let Some(cores) = self.cores {
            write!(f, ", {cores} cores")?;
        }
        write!(f, "\n{}", self.rustc)?;
        if let Some(python) = &self.python {
            write!(f, "\n{python}")?;
        }
        Ok(())
    }
}
