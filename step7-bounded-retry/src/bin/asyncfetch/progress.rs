use std::fmt;
use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// The progress bar on standard error. It is hidden if standard error is not a terminal.
pub struct Progress {
    bar: ProgressBar,
    /// Whether standard output is a terminal: then the bar must make way for each line.
    stdout_is_terminal: bool,
}

impl Progress {
    pub fn start() -> Self {
        let template = "{spinner} {pos} of {len} done{msg}, {rate}, {elapsed}";
        let style = ProgressStyle::with_template(template)
            .expect("the template is valid")
            .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
                let _ = write!(out, "{:.1}/s", state.per_sec());
            });
        let bar = ProgressBar::new(0).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self {
            bar,
            stdout_is_terminal: io::stdout().is_terminal(),
        }
    }

    pub fn hidden() -> Self {
        Self {
            bar: ProgressBar::hidden(),
            stdout_is_terminal: false,
        }
    }

    pub fn accepted(&self) {
        self.bar.inc_length(1);
    }

    /// Counts one more URL as done, and hides the bar while `write` writes its line.
    pub fn done<T>(&self, failed: u64, write: impl FnOnce() -> T) -> T {
        if failed > 0 {
            self.bar.set_message(format!(", {failed} failed"));
        }
        self.bar.inc(1);
        if self.stdout_is_terminal {
            self.bar.suspend(write)
        } else {
            write()
        }
    }

    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}
