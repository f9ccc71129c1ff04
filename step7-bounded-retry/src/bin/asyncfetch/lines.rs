use std::io::{self, BufRead, ErrorKind};

/// No URL is longer than 65,534 bytes. So much of a line is enough to see that it is none.
pub const LONGEST: usize = 64 * 1024;

/// The next line that says something, without the blanks around it. Empty ones and comments are left
/// out.
///
/// What is no UTF-8 has U+FFFD in its place. A line that is longer than [`LONGEST`] is cut, and keeps
/// its blanks.
///
/// # Errors
///
/// If the reader fails.
pub fn next_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    loop {
        let Some((line, cut)) = read(reader)? else {
            return Ok(None);
        };
        let line = String::from_utf8_lossy(&line);
        let trimmed = trim(&line);
        if trimmed.starts_with('#') || (trimmed.is_empty() && !cut) {
            continue;
        }
        // What is cut stays as long as it is: without its blanks it might be a URL.
        let line = if cut { &line } else { trimmed };
        return Ok(Some(line.to_owned()));
    }
}

/// One line up to its end, without the blanks before it, and whether anything but blanks was cut
/// off. It takes no more memory than [`LONGEST`], however long the line is.
fn read(reader: &mut impl BufRead) -> io::Result<Option<(Vec<u8>, bool)>> {
    let mut line = Vec::new();
    let mut cut = false;
    let mut begun = false;
    loop {
        let chunk = match reader.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        if chunk.is_empty() {
            return Ok(begun.then_some((line, cut)));
        }
        begun = true;
        let end = chunk.iter().position(|&byte| byte == b'\n');
        let used = end.map_or(chunk.len(), |end| end + 1);
        let mut part = &chunk[..end.unwrap_or(chunk.len())];
        if line.is_empty() {
            part = part.trim_ascii_start();
        }
        let (kept, over) = part.split_at(part.len().min(LONGEST - line.len()));
        line.extend_from_slice(kept);
        cut |= !over.trim_ascii().is_empty();
        reader.consume(used);
        if end.is_some() {
            return Ok(Some((line, cut)));
        }
    }
}

/// Some editors begin a file with U+FEFF, and nobody sees it.
fn trim(line: &str) -> &str {
    line.trim_matches(|character: char| character.is_whitespace() || character == '\u{FEFF}')
}
