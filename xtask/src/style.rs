//! What the terminal shows: styles, characters, and lines that fit.

use std::env;

use anstyle::{AnsiColor, Style};
use console::measure_text_width;

// `anstream` removes the styles where there is no terminal.
pub const BOLD: Style = Style::new().bold();
pub const DIM: Style = Style::new().dimmed();
pub const GOOD: Style = AnsiColor::Green.on_default();
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// Whether the locale has more characters than ASCII. A Windows console always has them.
pub fn is_utf8() -> bool {
    let set = |name: &&str| env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set);
    let locale = locale.unwrap_or_default().to_lowercase().replace('-', "");
    cfg!(windows) || locale.contains("utf8")
}

/// The text in lines of at most this width. Styles have no width.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    if measure_text_width(text) <= width {
        return vec![text.into()];
    }
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let columns = 1 + measure_text_width(word);
        match lines.last_mut() {
            Some(line) if measure_text_width(line) + columns <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}
