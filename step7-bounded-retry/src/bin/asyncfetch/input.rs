use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::thread;

use tokio::sync::mpsc;

use crate::line_reader::next_line;

/// Reads lines from the arguments and then from the file, or from standard input if there are
/// neither. Lines that are not text or too long are sent too: the engine refuses them.
///
/// After an error, nothing more is sent.
///
/// The reading thread is not joined: a terminal or a pipe may block for ever, and the program must
/// be able to exit.
///
/// # Errors
///
/// If the file cannot be read.
pub fn lines(
    arguments: &[String],
    file: Option<&Path>,
) -> io::Result<mpsc::Receiver<io::Result<String>>> {
    let rest: Box<dyn BufRead + Send> = match file {
        Some(file) => {
            let mut file = BufReader::new(File::open(file)?);
            // A folder can be opened, but not read.
            file.fill_buf()?;
            Box::new(file)
        }
        None if arguments.is_empty() => Box::new(BufReader::new(io::stdin())),
        None => Box::new(io::empty()),
    };
    let mut reader = Cursor::new(arguments.join("\n") + "\n").chain(rest);
    // A small buffer: these lines are not accepted yet, and an interrupted run does not report them.
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
