use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};
use std::path::Path;
use std::thread;

use tokio::sync::mpsc;

/// No URL is longer than 65,534 bytes. So much of a line is enough to see that it is none.
const LONGEST: usize = 64 * 1024;

/// Reads the lines of the arguments, and then of the file; of standard input if there is neither.
/// Those that are empty, and comments, are left out. What is no UTF-8 has U+FFFD in its place, for
/// which the engine refuses the URL.
///
/// An error is the last that comes.
///
/// The thread that reads is one that nobody waits for: a terminal or a pipe may say nothing for
/// ever, and the program must end all the same.
///
/// # Errors
///
/// If there is a file and it cannot be read.
pub fn lines(
    arguments: &[String],
    file: Option<&Path>,
) -> io::Result<mpsc::Receiver<io::Result<String>>> {
    let rest: Box<dyn BufRead + Send> = match file {
        Some(file) => {
            let mut file = BufReader::new(File::open(file)?);
            // A folder can be opened, and not read.
            file.fill_buf()?;
            Box::new(file)
        }
        None if arguments.is_empty() => Box::new(BufReader::new(io::stdin())),
        None => Box::new(io::empty()),
    };
    let mut reader = Cursor::new(arguments.join("\n") + "\n").chain(rest);
    // A few are kept ready, and no more: what waits here has not been taken in.
    let (ready, lines) = mpsc::channel(64);
    thread::spawn(move || {
        while let Some(line) = next_line(&mut reader).transpose() {
            let ended = line.is_err();
            if ready.blocking_send(line).is_err() || ended {
                break;
            }
        }
    });
    Ok(lines)
}

/// The next line that says something, without the blanks around it.
fn next_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    loop {
        let Some((line, cut)) = read(reader)? else {
            return Ok(None);
        };
        let line = String::from_utf8_lossy(&line);
        // What is cut stays as long as it is: without its blanks it might be a URL.
        let line = if cut { &line } else { trim(&line) };
        if !line.is_empty() && !line.starts_with('#') {
            return Ok(Some(line.to_owned()));
        }
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
