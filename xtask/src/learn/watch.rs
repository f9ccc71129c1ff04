//! `cargo xtask learn watch`: checks after each save, and obeys keys.

use std::io;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use super::progress::Progress;
use super::session::Session;
use super::view;
use crate::failure::Failure;
use crate::files::{self, Files};
use crate::process;

/// How often keys and files are read: not every file system reports changes.
const POLL: Duration = Duration::from_millis(100);
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
    session.progress = Progress::read(&session.folder)?;
    Ok(super::check(session, limit)? && super::next(session)?.is_some())
}

/// Waits, and obeys a key. Returns whether another exercise is selected now.
fn obey(keys: &Receiver<char>, session: &mut Session) -> Result<bool, Failure> {
    thread::sleep(POLL);
    match keys.try_recv() {
        Ok('n') => return Ok(super::next(session)?.is_some()),
        Ok('h') => view::hints(session.hints()?)?,
        Ok('s') => view::solution(session.solution()?)?,
        Ok('l') => view::status(session)?,
        _ => return Ok(false),
    }
    view::keys()?;
    Ok(false)
}

/// The letters that are typed, after each Enter. `q` interrupts a check that is running.
fn keys() -> Receiver<char> {
    let (sender, keys) = mpsc::channel();
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            for letter in line.chars() {
                if letter == 'q' {
                    return process::interrupt();
                }
                let _ = sender.send(letter);
            }
        }
    });
    keys
}

/// The selected exercise, and the files of its lesson.
fn saved(session: &Session) -> (Option<String>, Files) {
    let progress = Progress::read(&session.folder).ok();
    let current = progress.and_then(|progress| progress.current().map(String::from));
    let mut files = Files::new();
    if let Ok(one) = session.current() {
        let folder = session.lesson_folder(one.lesson);
        // What cannot be read is left out.
        let _ = files::collect(&folder, Path::new(""), &[], &mut files);
    }
    (current, files)
}
