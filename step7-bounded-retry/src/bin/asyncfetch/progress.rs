use std::fmt;
use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// What is shown on standard error while a run goes on: nothing, where that is no terminal.
pub struct Progress {
    bar: ProgressBar,
    /// Whether the lines go to a terminal, which may be the same one.
    beside_lines: bool,
}

impl Progress {
    pub fn begin() -> Self {
        let template = "{spinner} {pos} of {len} done{msg}, {rate}, {elapsed}";
        let style = ProgressStyle::with_template(template)
            .expect("it is a constant")
            .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
                let _ = write!(out, "{:.1}/s", state.per_sec());
            });
        let bar = ProgressBar::new(0).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self {
            bar,
            beside_lines: io::stdout().is_terminal(),
        }
    }

    pub fn none() -> Self {
        Self {
            bar: ProgressBar::hidden(),
            beside_lines: false,
        }
    }

    pub fn taken_in(&self) {
        self.bar.inc_length(1);
    }

    /// One more is done. Out of the way while `write` writes its line.
    pub fn done<T>(&self, failed: u64, write: impl FnOnce() -> T) -> T {
        if failed > 0 {
            self.bar.set_message(format!(", {failed} failed"));
        }
        self.bar.inc(1);
        if self.beside_lines {
            self.bar.suspend(write)
        } else {
            write()
        }
    }

    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}
