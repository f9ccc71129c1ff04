use std::io::{self, BufRead, ErrorKind};

/// How much of a line is kept. A URL has at most 65,534 bytes, so a longer line is not a URL.
pub const MAX_LINE_LEN: usize = 64 * 1024;

/// The next line that is neither empty nor a comment, trimmed.
///
/// Bytes that are not UTF-8 are replaced by U+FFFD. A line that is longer than [`MAX_LINE_LEN`] is
/// cut, and is not trimmed.
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
        // A line that was cut keeps its length: trimmed, it might be a valid URL.
        let line = if cut { &line } else { trimmed };
        return Ok(Some(line.to_owned()));
    }
}

/// One line up to its end, without leading whitespace, and whether anything but whitespace was cut
/// off. It takes no more memory than [`MAX_LINE_LEN`], however long the line is.
fn read(reader: &mut impl BufRead) -> io::Result<Option<(Vec<u8>, bool)>> {
    let mut line = Vec::new();
    let mut cut = false;
    let mut started = false;
    loop {
        let chunk = match reader.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        if chunk.is_empty() {
            return Ok(started.then_some((line, cut)));
        }
        started = true;
        let end = chunk.iter().position(|&byte| byte == b'\n');
        let used = end.map_or(chunk.len(), |end| end + 1);
        let mut part = &chunk[..end.unwrap_or(chunk.len())];
        if line.is_empty() {
            part = part.trim_ascii_start();
        }
        let (kept, over) = part.split_at(part.len().min(MAX_LINE_LEN - line.len()));
        line.extend_from_slice(kept);
        cut |= !over.trim_ascii().is_empty();
        reader.consume(used);
        if end.is_some() {
            return Ok(Some((line, cut)));
        }
    }
}

/// U+FEFF is the byte order mark with which some editors begin a file.
fn trim(line: &str) -> &str {
    line.trim_matches(|character: char| character.is_whitespace() || character == '\u{FEFF}')
}
