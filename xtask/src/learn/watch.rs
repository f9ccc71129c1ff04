//! `cargo xtask learn watch`: checks after each save, and obeys keys.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, SystemTime};
use std::{fs, thread};

use console::{Key, Term};

use super::progress::Progress;
use super::session::Session;
use super::view;
use crate::failure::Failure;
use crate::process;

/// How often the times of the files are read. This works on every file system.
const POLL: Duration = Duration::from_millis(200);
/// Some editors save in several steps.
const SAVE: Duration = Duration::from_millis(50);

/// Checks now and after each save, until `q` or Ctrl-C. After an exercise is done, selects the next.
pub fn watch(session: &mut Session, limit: Duration) -> Result<(), Failure> {
    session.current()?;
    let keys = keys();
    while !process::is_interrupted() {
        let before = saved(session);
        if goes_on(check(session, limit)) {
            continue;
        }
        view::keys()?;
        while !process::is_interrupted() && !goes_on(obey(&keys, session)) {
            if saved(session) != before {
                thread::sleep(SAVE);
                view::clear()?;
                break;
            }
        }
    }
    Ok(())
}

/// A failure does not end the watch: the next save may correct it.
fn goes_on(result: Result<bool, Failure>) -> bool {
    result.map_err(Failure::report).unwrap_or(false)
}

/// Returns whether another exercise is selected now.
fn check(session: &mut Session, limit: Duration) -> Result<bool, Failure> {
    // Another command may have written it.
    session.progress = Progress::read(&session.practice.folder)?;
    Ok(super::check(session, limit)? && select_next(session)?)
}

fn select_next(session: &mut Session) -> Result<bool, Failure> {
    let current = session.current()?;
    let Some(next) = session.following(&current) else {
        view::next(session, &current)?;
        return Ok(false);
    };
    let selected = session.select(next)?;
    view::copied(session, &selected)?;
    Ok(true)
}

/// Waits for a key, at most as long as [`POLL`]. Returns whether another exercise is selected now.
fn obey(keys: &Receiver<char>, session: &mut Session) -> Result<bool, Failure> {
    match keys.recv_timeout(POLL) {
        Ok('n') => return select_next(session),
        Ok('h') => {
            let (exercise, hints) = session.hints()?;
            view::hints(&exercise, hints)?;
        }
        Ok('s') => {
            let (file, code) = session.solution()?;
            view::solution(&file, &code)?;
        }
        Ok('l') => view::status(session)?,
        Ok(_) | Err(RecvTimeoutError::Timeout) => return Ok(false),
        // Standard input has ended; the watch goes on.
        Err(RecvTimeoutError::Disconnected) => {
            thread::sleep(POLL);
            return Ok(false);
        }
    }
    view::keys()?;
    Ok(false)
}

/// The letters that are typed. `q` and Ctrl-C also end a check that is running.
fn keys() -> Receiver<char> {
    let (sender, keys) = mpsc::channel();
    thread::spawn(move || {
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            // A raw terminal sends Ctrl-C as a key and not as a signal.
            while let Ok(key) = Term::stdout().read_key_raw() {
                let letter = match key {
                    Key::CtrlC => 'q',
                    Key::Char(letter) => letter,
                    _ => continue,
                };
                if !send(letter, &sender) {
                    return;
                }
            }
        }
        let mut lines = io::stdin().lines().map_while(Result::ok);
        lines.all(|line| line.trim().chars().all(|letter| send(letter, &sender)));
    });
    keys
}

/// Returns whether another letter may follow.
fn send(letter: char, sender: &Sender<char>) -> bool {
    if letter == 'q' {
        process::interrupt();
    }
    sender.send(letter).is_ok() && letter != 'q'
}

type Saved = (Option<String>, Vec<(PathBuf, SystemTime, u64)>);

/// The selected exercise, and when the sources of its lesson were saved.
fn saved(session: &Session) -> Saved {
    let progress = Progress::read(&session.practice.folder).ok();
    let current = progress.and_then(|progress| progress.current().map(String::from));
    let mut sources = Vec::new();
    if let Ok(exercise) = session.current() {
        let folder = session.practice.lesson_folder(exercise.lesson);
        collect(&folder, &mut sources);
        sources.sort();
    }
    (current, sources)
}

/// A file that cannot be read is left out: the editor may be replacing it.
fn collect(folder: &Path, sources: &mut Vec<(PathBuf, SystemTime, u64)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_source = path
            .extension()
            .is_some_and(|one| one == "rs" || one == "toml");
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => collect(&path, sources),
            Ok(metadata) if is_source => {
                let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                sources.push((path, modified, metadata.len()));
            }
            _ => {}
        }
    }
}
