//! The machine under it: the disk, the file system, the loopback.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use bytesize::ByteSize;

use super::{Finding, Trouble};

/// What the target folder takes after `cargo xtask run`: 4.1 GiB, and some room.
const LESSONS: ByteSize = ByteSize::gib(5);
/// What it takes after `cargo test --workspace --all-features` too: 8.6 GiB, and some room.
const EVERYTHING: ByteSize = ByteSize::gib(10);

pub fn disk(target: &Path) -> Finding {
    // The folder itself may be still to come.
    let existing = target.ancestors().find(|folder| folder.exists());
    let existing = existing.unwrap_or(Path::new("."));
    let free = fs4::available_space(existing).map(ByteSize);
    let in_words = |size: ByteSize| size.display().iec();
    let mend = "make room, or set CARGO_TARGET_DIR to a folder on a larger disk";
    match free {
        Ok(free) => {
            let words = format!("{} free for {}", in_words(free), target.display());
            if free < LESSONS {
                let what = format!("{words}; the lessons need {}", in_words(LESSONS));
                return Finding::Missing(Trouble::new(what, mend));
            }
            if free < EVERYTHING {
                let everything = in_words(EVERYTHING);
                let what = format!("{words}; for all tests it should be {everything}");
                return Finding::Note(Trouble::new(what, mend));
            }
            Finding::Ready(words)
        }
        Err(error) => Finding::Note(Trouble::new(
            format!("cannot say how much is free: {error}"),
            format!("see to it that there is room for {}", in_words(EVERYTHING)),
        )),
    }
}

pub fn not_writable(target: &Path, error: &io::Error) -> Finding {
    let what = format!("cannot write into {}: {error}", target.display());
    Finding::Missing(Trouble::new(what, WRITABLE))
}

const WRITABLE: &str = "set CARGO_TARGET_DIR to a folder that you may write into";

/// Writes, reads, and puts one file in the place of another.
pub fn files(folder: &Path) -> Finding {
    let (old, new) = (folder.join("old"), folder.join("new"));
    let works = || {
        fs::write(&old, "old")?;
        fs::write(&new, "new")?;
        fs::rename(&new, &old)?;
        fs::read_to_string(&old)
    };
    match works() {
        Ok(text) if text == "new" => {
            let cases = if folder.join("OLD").exists() {
                "upper and lower case are the same"
            } else {
                "upper and lower case differ"
            };
            Finding::Ready(format!("can be written, read and replaced; {cases}"))
        }
        Ok(_) => Finding::Missing(Trouble::new(
            "a file that was put in the place of another is not there",
            WRITABLE,
        )),
        Err(error) => not_writable(folder, &error),
    }
}

pub fn long_paths(folder: &Path) -> Finding {
    let deep = ["a", "b", "c"].map(|letter| letter.repeat(90));
    let deep = deep
        .iter()
        .fold(folder.to_owned(), |path, name| path.join(name));
    let written = fs::create_dir_all(&deep).and_then(|()| fs::write(deep.join("file"), ""));
    match written {
        Ok(()) => Finding::Ready("may be longer than 260 characters".into()),
        Err(_) => Finding::Note(Trouble::new(
            "may not be longer than 260 characters, and cargo makes long ones",
            "put the workspace into a folder with a short name, such as C:\\lessons",
        )),
    }
}

/// The lessons' tests speak to servers on the loopback.
pub fn loopback() -> Finding {
    let works = || {
        let server = TcpListener::bind("127.0.0.1:0")?;
        let mut client = TcpStream::connect(server.local_addr()?)?;
        server.accept()?.0.write_all(b"hello")?;
        let mut answer = String::new();
        client.read_to_string(&mut answer)?;
        Ok::<_, io::Error>(answer == "hello")
    };
    match works() {
        Ok(true) => Finding::Ready("a server of ours answers".into()),
        Ok(false) => Finding::Missing(unheard("it gave another answer")),
        Err(error) => Finding::Missing(unheard(&error.to_string())),
    }
}

fn unheard(reason: &str) -> Trouble {
    Trouble::new(
        format!("a server on 127.0.0.1 cannot be reached: {reason}"),
        "let your firewall allow programs to speak to each other on 127.0.0.1",
    )
}
