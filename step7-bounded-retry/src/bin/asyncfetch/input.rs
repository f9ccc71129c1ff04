use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind};
use std::path::{Path, PathBuf};
use std::thread;

use tokio::sync::mpsc;

use crate::line_reader::next_line;

/// Sends the lines of the arguments, and then those of `--input`, or of standard input if there are no
/// arguments. Lines that are not text or too long are sent too: the engine refuses them.
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
    arguments: &[OsString],
    file: Option<&Path>,
) -> io::Result<mpsc::Receiver<io::Result<String>>> {
    let rest = match file {
        Some(file) if file == Path::new("-") => Rest::StandardInput,
        Some(file) if is_pipe(file)? => Rest::Path(file.to_owned()),
        Some(file) => {
            let mut file = open(file)?;
            // A folder can be opened, and not read.
            file.fill_buf()?;
            Rest::Open(file)
        }
        None if arguments.is_empty() => Rest::StandardInput,
        None => Rest::Nothing,
    };
    let mut arguments = Cursor::new(arguments.join(OsStr::new("\n")).into_encoded_bytes());
    // A small buffer: these lines are not accepted yet, and an interrupted run does not report them.
    let (sender, lines) = mpsc::channel(64);
    thread::spawn(move || {
        if send(&mut arguments, &sender).is_ok() {
            let sent = match rest {
                Rest::Nothing => Ok(()),
                Rest::Open(mut file) => send_text(&mut file, &sender),
                Rest::Path(path) => open(&path).and_then(|mut file| send_text(&mut file, &sender)),
                Rest::StandardInput => send_text(&mut io::stdin().lock(), &sender),
            };
            if let Err(error) = sent {
                let _ = sender.blocking_send(Err(error));
            }
        }
    });
    Ok(lines)
}

/// What comes after the arguments.
enum Rest {
    Nothing,
    Open(BufReader<File>),
    Path(PathBuf),
    StandardInput,
}

/// A pipe may have nothing to say for a long time. The thread opens it, and only then.
fn is_pipe(file: &Path) -> io::Result<bool> {
    let kind = fs::metadata(file)?.file_type();
    Ok(!kind.is_file() && !kind.is_dir())
}

fn open(path: &Path) -> io::Result<BufReader<File>> {
    File::open(path).map(BufReader::new)
}

type Sender = mpsc::Sender<io::Result<String>>;

/// A list in UTF-16 would look like many invalid URLs. It is an error instead.
fn send_text(reader: &mut impl BufRead, lines: &Sender) -> io::Result<()> {
    if is_utf16(reader.fill_buf()?) {
        let first_line = next_line(reader)?.unwrap_or_default();
        return Err(io::Error::new(ErrorKind::InvalidData, Utf16 { first_line }));
    }
    send(reader, lines)
}

/// Until the reader ends, or the run.
fn send(reader: &mut impl BufRead, lines: &Sender) -> io::Result<()> {
    while let Some(line) = next_line(reader)? {
        if lines.blocking_send(Ok(line)).is_err() {
            break;
        }
    }
    Ok(())
}

fn is_utf16(start: &[u8]) -> bool {
    match start {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [first, second, ..] => (*first == 0) != (*second == 0),
        _ => false,
    }
}

/// A list in UTF-16, of which only the first line was read.
#[derive(Debug, thiserror::Error)]
#[error("it is a list in UTF-16, and must be one in UTF-8")]
pub struct Utf16 {
    pub first_line: String,
}
