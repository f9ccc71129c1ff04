//! Two texts side by side, where the terminal is wide enough.

use std::env;
use std::fmt::Write;

const GAP: &str = " │ ";

/// The lines of both, each beside the other's; none if together they are wider than this.
pub fn side_by_side(left: &str, right: &str, width: usize) -> Option<String> {
    let widest = |text: &str| text.lines().map(|line| line.chars().count()).max();
    let of_left = widest(left).unwrap_or(0);
    if of_left + GAP.chars().count() + widest(right).unwrap_or(0) > width {
        return None;
    }
    let mut both = String::new();
    let (mut left, mut right) = (left.lines(), right.lines());
    loop {
        let (left, right) = match (left.next(), right.next()) {
            (None, None) => return Some(both),
            (left, right) => (left.unwrap_or(""), right.unwrap_or("")),
        };
        let line = format!("{left:of_left$}{GAP}{right}");
        let _ = writeln!(both, "{}", line.trim_end());
    }
}

/// How wide the terminal is; 80 where nobody says so.
pub fn width() -> usize {
    let said = env::var("COLUMNS")
        .ok()
        .and_then(|width| width.parse().ok());
    said.or_else(of_the_terminal).unwrap_or(80)
}

#[cfg(unix)]
fn of_the_terminal() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    Some(size.ws_col.into()).filter(|width| *width > 0)
}

#[cfg(not(unix))]
fn of_the_terminal() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::side_by_side;

    #[test]
    fn the_lines_stand_beside_each_other_where_there_is_room() {
        let (left, right) = ("fn a() {\n}", "fn b() {\n    c();\n}");
        let both = "fn a() { │ fn b() {\n}        │     c();\n         │ }\n";
        assert_eq!(side_by_side(left, right, 19).as_deref(), Some(both));
        assert_eq!(side_by_side(left, right, 18), None);
    }
}
