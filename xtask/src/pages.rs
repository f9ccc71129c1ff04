//! `cargo xtask pages`: the check that no page can go stale.
//!
//! What a page shows of a program must be what the program prints; each link must lead somewhere;
//! and each *Break it* box must break what it says, with the words it says.

mod check;
mod command_line;
mod compare;
mod items;
mod links;
mod programs;
mod transcript;

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::iter;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::style::{BAD, GOOD};
use check::Check;
use programs::Programs;

pub fn check(write: bool) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let mut programs = Programs::new(&workspace);
    let paths = pages(&workspace)
        .map_err(|error| Failure::usage(format!("cannot look for the pages: {error}")))?;
    let mut problems = 0;
    let mut rewritten = 0;
    for path in &paths {
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        let mut check = Check {
            shown: path.strip_prefix(&workspace.root).unwrap_or(path),
            folder: path.parent().unwrap_or(path),
            programs: &mut programs,
            write,
            problems: 0,
            edits: Vec::new(),
        };
        for item in items::items(&text) {
            check.item(&item)?;
        }
        problems += check.problems;
        if !check.edits.is_empty() {
            rewritten += check.edits.len();
            fs::write(path, items::rewrite(&text, check.edits))
                .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
        }
    }
    summary(paths.len(), rewritten, problems);
    Ok(if problems == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The pages of the workspace, and then those of each lesson.
fn pages(workspace: &Workspace) -> io::Result<Vec<PathBuf>> {
    let lessons = workspace.lessons.iter().map(|lesson| &lesson.folder);
    let mut pages = Vec::new();
    for folder in iter::once(&workspace.root).chain(lessons) {
        let mut of_folder = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension() == Some(OsStr::new("md")) {
                of_folder.push(path);
            }
        }
        of_folder.sort();
        pages.append(&mut of_folder);
    }
    Ok(pages)
}

fn summary(pages: usize, rewritten: usize, problems: usize) {
    let rewritten = match rewritten {
        0 => String::new(),
        _ => format!(", {rewritten} blocks rewritten"),
    };
    let style = if problems == 0 { GOOD } else { BAD };
    let found = match problems {
        0 => "no problem".into(),
        1 => "1 problem".into(),
        _ => format!("{problems} problems"),
    };
    say(&format!(
        "{pages} pages checked{rewritten}, {style}{found}{style:#}"
    ));
}

/// A line of progress. When standard error is gone, nobody misses it.
fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
