//! `cargo xtask learn watch`: a check on every save.
//!
//! An editor saves in many ways: it writes the file, or writes another one and renames it, or touches
//! what it has not changed, and leaves backups lying about. So an event of the file system says only
//! that it is time to look; whether anything was saved, the sources themselves say.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use fs4::{FileExt, TryLockError};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::practice::Practice;
use super::progress::Progress;
use super::{files, moves, say, verdict};
use crate::failure::Failure;
use crate::style::DIM;

/// An editor needs more than one step to save. If nothing changes for so long, it is done.
const AT_REST: Duration = Duration::from_millis(50);
/// How often to look where there are no events.
const POLL: Duration = Duration::from_millis(300);
/// How long an event of our own making may take.
const ECHO: Duration = Duration::from_secs(2);

/// Checks now, and then on every save. Ends with Ctrl-C, or if it cannot begin.
pub fn watch(practice: &Practice, poll: bool, limit: Duration) -> Result<(), Failure> {
    let progress = Progress::read(&practice.folder)?;
    let place = moves::current(practice.workspace, &progress)?;
    practice.must_be_whole(place.lesson)?;

    let path = practice.folder.join("watch.lock");
    let mut lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| files::cannot("write", &path, &error))?;
    // The system lets go of it when the process ends, however that comes about. (A method of the
    // same name is in std from Rust 1.89 on.)
    FileExt::try_lock(&lock).map_err(|error| match error {
        TryLockError::WouldBlock => in_use(practice, &path),
        TryLockError::Error(error) => files::cannot("lock", &path, &error),
    })?;
    let events = if poll {
        None
    } else {
        Events::begin(&practice.folder).ok()
    };
    lock.set_len(0)
        .and_then(|()| write!(lock, "{}", process::id()))
        .map_err(|error| files::cannot("write", &path, &error))?;
    // That was a change. Where it is not told of, nor will the next ones be.
    let events = events.filter(Events::come);
    if events.is_none() && !poll {
        writeln!(
            anstream::stdout(),
            "This file system does not tell of changes; they are looked for every {} ms.",
            POLL.as_millis()
        )?;
    }

    let mut seen = Sources::of(practice);
    loop {
        let checked = Progress::read(&practice.folder)
            .and_then(|mut progress| verdict::current(practice, &mut progress, limit));
        match checked {
            Ok(_) => {}
            Err(failure) if failure.is_quiet() => return Err(failure),
            // Half a folder may be whole again with the next save.
            Err(failure) => drop(failure.report()),
        }
        let mut out = anstream::stdout();
        writeln!(
            out,
            "{DIM}watching {}{DIM:#}",
            practice.shown(&practice.folder)
        )?;
        say::flush(&mut out)?;
        let now = loop {
            match &events {
                Some(events) => events.wait(),
                None => thread::sleep(POLL),
            }
            if Sources::of(practice) != seen {
                break Sources::at_rest(practice);
            }
        };
        writeln!(out)?;
        if now.current != seen.current {
            say_current(practice)?;
        }
        seen = now;
    }
}

fn in_use(practice: &Practice, lock: &Path) -> Failure {
    let process = fs::read_to_string(lock).unwrap_or_default();
    let process = if process.is_empty() {
        String::new()
    } else {
        format!(", process {process}")
    };
    Failure::usage(format!(
        "{} is watched already{process}. End that watch, or go on there",
        practice.shown(&practice.folder)
    ))
}

fn say_current(practice: &Practice) -> Result<(), Failure> {
    let progress = Progress::read(&practice.folder)?;
    if let Ok(place) = moves::current(practice.workspace, &progress) {
        let mut out = anstream::stdout();
        say::task(practice, &place, &mut out)?;
        writeln!(out)?;
    }
    Ok(())
}

/// How the file system says that something may have been saved.
struct Events {
    told: Receiver<()>,
    /// It tells for as long as it is there.
    _watcher: RecommendedWatcher,
}

impl Events {
    fn begin(folder: &Path) -> notify::Result<Self> {
        let (tell, told) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // To read a file is an event too, and we do that all the time.
            if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
                let _ = tell.send(());
            }
        })?;
        watcher.watch(folder, RecursiveMode::Recursive)?;
        Ok(Self {
            told,
            _watcher: watcher,
        })
    }

    /// Whether there was one.
    fn come(&self) -> bool {
        self.told.recv_timeout(ECHO).is_ok()
    }

    /// Returns when it is time to look.
    fn wait(&self) {
        let _ = self.told.recv();
        while self.told.try_recv().is_ok() {}
    }
}

/// What a verdict depends on: the exercise, and the sources of its lesson.
#[derive(PartialEq)]
struct Sources {
    current: Option<String>,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Sources {
    fn of(practice: &Practice) -> Self {
        let progress = Progress::read(&practice.folder).ok();
        let place = progress
            .as_ref()
            .and_then(|progress| moves::current(practice.workspace, progress).ok());
        let mut files = BTreeMap::new();
        if let Some(place) = place {
            collect(&practice.lesson_folder(place.lesson), &mut files);
        }
        Self {
            current: place.map(|place| place.name()),
            files,
        }
    }

    /// Once nobody is writing any more: half a file has no verdict.
    fn at_rest(practice: &Practice) -> Self {
        let mut now = Self::of(practice);
        loop {
            thread::sleep(AT_REST);
            let later = Self::of(practice);
            if later == now {
                return now;
            }
            now = later;
        }
    }
}

/// What cannot be read is not there; an editor may be about to put it back.
fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let counts = |ending| path.extension().is_some_and(|found| found == ending);
        if path.is_dir() {
            collect(&path, files);
        } else if counts("rs") || counts("toml") {
            if let Ok(content) = fs::read(&path) {
                files.insert(path, content);
            }
        }
    }
}
