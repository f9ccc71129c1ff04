//! Hints, the lesson's own code, and the way back to the beginning.

use std::io::Write;

use super::course::Place;
use super::practice::Practice;
use super::progress::Progress;
use super::{columns, files, layout, moves, say};
use crate::failure::Failure;
use crate::style::{BOLD, DIM};

/// Gives one hint more than the last time. Behind the last one, all of them again.
pub fn hint(practice: &Practice, progress: &mut Progress) -> Result<(), Failure> {
    let place = moves::current(practice.workspace, progress)?;
    let (name, hints) = (place.name(), &place.exercise.hints);
    let given = progress.hints(&name);
    let mut out = anstream::stdout();
    let all = hints.len();
    let shown = if given < all {
        given..given + 1
    } else {
        writeln!(out, "These are all the hints there are.")?;
        0..all
    };
    for (index, hint) in hints.iter().enumerate() {
        if shown.contains(&index) {
            writeln!(out, "{BOLD}Hint {} of {all}{BOLD:#}", index + 1)?;
            say::paragraph(hint, "  ", &mut out)?;
        }
    }
    if given + 1 >= all {
        writeln!(
            out,
            "{DIM}What the lesson has: cargo xtask learn solution{DIM:#}"
        )?;
    }
    if given < all {
        progress.set_hints(&name, given + 1);
        progress.write()?;
    }
    Ok(())
}

/// Shows the learner's functions beside the lesson's, in a narrow terminal above them; or puts the
/// lesson's in their place.
pub fn solution(practice: &Practice, progress: &Progress, take: bool) -> Result<(), Failure> {
    let place = moves::current(practice.workspace, progress)?;
    practice.must_be_whole(place.lesson)?;
    let (ours, theirs) = (practice.file(&place), place.reference());
    let (text, reference) = (files::read(&ours)?, files::read(&theirs)?);
    let mut out = anstream::stdout();
    if take {
        return match layout::solved(&place, &text, &reference) {
            Ok(solved) => replace(
                practice,
                &place,
                &solved,
                "The lesson's code is in its place",
            ),
            Err(words) => Err(Failure::failed(format!(
                "{words}. `cargo xtask learn reset` puts the file back to its beginning"
            ))),
        };
    }
    for name in &place.exercise.functions {
        let file = &place.exercise.file;
        let found = layout::find(&reference, name, file).map_err(Failure::failed)?;
        let lessons = found.text(&reference);
        let yours = layout::find(&text, name, file).map(|found| found.text(&text));

        let titled = |title, code: &str| format!("{title}\n\n{}", code.trim_end());
        let beside = yours.as_ref().ok().and_then(|yours| {
            let (yours, lessons) = (titled("Yours", yours), titled("The lesson's", lessons));
            columns::side_by_side(&yours, &lessons, columns::width())
        });
        if let Some(both) = beside {
            writeln!(out, "{both}")?;
            continue;
        }
        match yours {
            Ok(yours) => say::code("Yours", &practice.shown(&ours).to_string(), yours, &mut out)?,
            Err(words) => writeln!(out, "{BOLD}Yours{BOLD:#}  cannot be shown: {words}\n")?,
        }
        let path = practice.shown(&theirs).to_string();
        say::code("The lesson's", &path, lessons, &mut out)?;
    }
    Ok(())
}

/// Puts the `todo!` back. If the functions are not found any more, the whole file begins anew.
pub fn reset(practice: &Practice, progress: &mut Progress) -> Result<(), Failure> {
    let place = moves::current(practice.workspace, progress)?;
    practice.must_be_whole(place.lesson)?;
    let text = files::read(&practice.file(&place))?;
    match layout::stubbed(&place, &text) {
        Ok(stubbed) => replace(practice, &place, &stubbed, "The `todo!` is back")?,
        Err(words) => {
            let package = practice.package(place.lesson);
            let files = layout::files(place.lesson, &package)?;
            let mut files = files.into_iter();
            let file = files.find(|file| file.path == place.exercise.file);
            let content = file.map(|file| file.content).unwrap_or_default();
            let first = String::from_utf8_lossy(&content);
            let done = format!("{words}. So the whole file is as at the beginning");
            replace(practice, &place, &first, &done)?;
        }
    }
    progress.set_done(&place.name(), false);
    progress.write()
}

/// Writes the learner's file, and says so. What it held is kept beside it.
fn replace(practice: &Practice, place: &Place, text: &str, done: &str) -> Result<(), Failure> {
    let path = practice.file(place);
    let kept = files::keep_file(&path)?;
    files::write(&path, text)?;
    writeln!(
        anstream::stdout(),
        "{done}, in {}.\nWhat you had is in {}.",
        practice.shown(&path),
        practice.shown(&kept)
    )?;
    Ok(())
}
