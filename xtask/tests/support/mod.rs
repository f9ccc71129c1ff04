//! What the tests of the commands share.

#![allow(dead_code, reason = "each test program uses a part of this")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The exit code, standard output, and standard error.
pub fn outcome(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// `cargo xtask` in this folder.
pub fn xtask(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).current_dir(folder);
    command
}

pub fn this_workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of this name with these files. A file that is there already is left as it is, so that
/// cargo does not build it again.
pub fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    for (path, text) in files {
        let path = root.join(path);
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    root
}

/// The manifest of a lesson, with this behind its table.
pub fn manifest(package: &str, number: u32, minutes: u32, more: &str) -> String {
    format!(
        "[package]\nname = \"{package}\"\nedition = \"2024\"\n\n[package.metadata.lesson]\n\
         number = {number}\ntitle = \"Title {number}\"\nminutes = {minutes}\n\
         headline = \"Headline {number}\"\n{more}"
    )
}
