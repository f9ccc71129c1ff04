//! `cargo xtask pack`: an archive of the workspace and the sources of its dependencies.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::failure::Failure;
use crate::files;
use crate::lessons::Workspace;
use crate::process;
use crate::style::BOLD;

#[derive(clap::Args)]
#[command(after_help = "\
The archive has the files that git tracks, as they are in the working tree, and
the sources of all dependencies. If `cargo xtask book` has made the book, the
archive has it in the folder `book`. The programs git and tar must be installed.")]
pub struct Options {
    /// The archive to write [default: target/lessons.tar.gz]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The archive unpacks into this folder.
const FOLDER: &str = "lessons";
/// Appended to cargo's configuration.
const VENDORED: &str = "
[source.crates-io]
replace-with = \"vendored\"

[source.vendored]
directory = \"vendor\"
";

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let root = &workspace.root;
    let git = |arguments: &[&str]| {
        process::output(Command::new("git").args(arguments).current_dir(root), "")
    };
    let tracked = git(&["ls-files", "-z"])?;
    if tracked.is_empty() {
        return Err(Failure::failed("git tracks no file of this workspace"));
    }
    let changes = git(&["status", "--short", "."])?;
    if !changes.is_empty() {
        let note = "uncommitted changes (files with ?? are not packed)";
        write!(anstream::stderr(), "{BOLD}note{BOLD:#}: {note}:\n{changes}")?;
    }

    let default = || workspace.target.join("lessons.tar.gz");
    let output = options.output.clone().unwrap_or_else(default);
    let temporary = tempfile::tempdir_in(&workspace.target)?;
    let folder = temporary.path().join(FOLDER);
    copy(&tracked, root, &folder)?;
    let config = folder.join(".cargo/config.toml");
    files::write(&config, files::read(&config)? + VENDORED)?;
    writeln!(anstream::stderr(), "Copying the dependencies")?;
    let mut vendor = workspace.cargo();
    // A mirror of the registry that this machine uses is used here too.
    vendor.args(["vendor", "--quiet", "--locked", "--respect-source-config"]);
    process::output(vendor.arg(folder.join("vendor")), "")?;
    copy_folder(&workspace.target.join("book"), &folder.join("book"))?;
    // Relative names: GNU tar takes the `C:` of a path for the name of a host.
    let archive = "lessons.tar.gz";
    let mut tar = Command::new("tar");
    tar.current_dir(&temporary);
    process::output(tar.args(["-czf", archive, FOLDER]), "")?;
    let copied = fs::copy(temporary.path().join(archive), &output);
    files::cannot("write", &output, copied)?;

    let mut out = anstream::stdout();
    writeln!(out, "{}\n\nUse it without a network:", output.display())?;
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    writeln!(out, "    tar -xzf {name} && cd {FOLDER} && cargo xtask run")?;
    Ok(ExitCode::SUCCESS)
}

fn copy(tracked: &str, root: &Path, folder: &Path) -> io::Result<()> {
    for name in tracked.split_terminator('\0') {
        let (from, to) = (root.join(name), folder.join(name));
        // A file that was deleted is tracked until that is committed.
        if from.is_file() {
            fs::create_dir_all(to.parent().unwrap_or(folder))?;
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

/// A folder that does not exist is left out.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let path = entry?.path();
            let to = to.join(path.file_name().unwrap_or_default());
            if path.is_dir() {
                copy_folder(&path, &to)?;
            } else {
                fs::copy(&path, &to)?;
            }
        }
    }
    Ok(())
}
