//! `cargo xtask learn watch`: checks after each save, and obeys keys.

use std::io::{self, IsTerminal};
use std::iter;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use console::{Key, Term};

use super::progress::Progress;
use super::session::Session;
use super::{layout, view};
use crate::failure::Failure;
use crate::process;

/// How often the files are read: not every file system reports changes.
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
    Ok(super::check(session, limit)? && next(session)?)
}

fn next(session: &mut Session) -> Result<bool, Failure> {
    let Some(selected) = super::next(session)? else {
        return Ok(false);
    };
    super::show(session, &selected).map(|()| true)
}

/// Waits for a key, at most as long as [`POLL`]. Returns whether another exercise is selected now.
fn obey(keys: &Receiver<char>, session: &mut Session) -> Result<bool, Failure> {
    match keys.recv_timeout(POLL) {
        Ok('n') => return next(session),
        Ok('h') => view::hints(session.hints()?)?,
        Ok('s') => view::solution(session.solution()?)?,
        Ok('l') => view::status(session)?,
        _ => return Ok(false),
    }
    view::keys()?;
    Ok(false)
}

/// The letters that are typed. `q` and Ctrl-C interrupt a check that is running.
fn keys() -> Receiver<char> {
    let (sender, keys) = mpsc::channel();
    thread::spawn(move || {
        let pressed = iter::from_fn(|| Term::stdout().read_key_raw().ok());
        let pressed = pressed.map(|key| match key {
            // A raw terminal sends it as a key and not as a signal.
            Key::CtrlC => 'q',
            Key::Char(letter) => letter,
            _ => ' ',
        });
        let lines = io::stdin().lines().map_while(Result::ok);
        let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        let letters: Box<dyn Iterator<Item = char>> = if is_terminal {
            Box::new(pressed)
        } else {
            Box::new(lines.flat_map(|line| line.chars().collect::<Vec<_>>()))
        };
        for letter in letters {
            if letter == 'q' {
                return process::interrupt();
            }
            let _ = sender.send(letter);
        }
        // Standard input has ended; the watch goes on.
        loop {
            thread::park();
        }
    });
    keys
}

/// The selected exercise, and the sources of its lesson.
fn saved(session: &Session) -> (Option<String>, layout::Files) {
    let progress = Progress::read(&session.practice.folder).ok();
    let current = progress.and_then(|progress| progress.current().map(String::from));
    let folder = session.current();
    let folder = folder.map(|one| session.practice.lesson_folder(one.lesson));
    let files = folder.map_or_else(|_| layout::Files::new(), |folder| layout::sources(&folder));
    (current, files)
}
