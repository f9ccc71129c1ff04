use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::thread;

use tokio::sync::mpsc;

use crate::lines::next_line;

/// Reads the lines of the arguments, and then of the file; of standard input if there is neither.
/// The engine refuses those that are no text, or too long.
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
