//! `cargo xtask pack`: one archive with which `cargo xtask run` works without a network.
//!
//! It holds the workspace's own files, and the source of every dependency on every system: a room has
//! laptops of all kinds.

mod archive;
mod check;
mod files;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use bytesize::ByteSize;

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::style::BOLD;
use archive::Archive;

#[derive(clap::Args)]
#[command(
    after_help = "Exit codes: 0 the archive is there, and works if that was checked; 1 it is not, or does not; \
                  2 there is no workspace."
)]
pub struct Options {
    /// Where to write the archive [default: lessons.tar.gz in the target folder]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Unpack it elsewhere, and run the lessons there without a network
    #[arg(long)]
    check: bool,
}

/// The folder that the archive unpacks to.
const FOLDER: &str = "lessons";
/// Where the dependencies are in it.
const VENDOR: &str = "vendor";
const CONFIG: &str = ".cargo/config.toml";

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let default = || workspace.target.join("lessons.tar.gz");
    let output = options.output.clone().unwrap_or_else(default);
    let vendored = vendor(&workspace)?;
    let files = write(&workspace, &vendored, &output)
        .map_err(|error| Failure::failed(format!("cannot write {}: {error}", output.display())))?;

    let size = fs::metadata(&output)?.len();
    let crates = fs::read_dir(&vendored)?.count();
    let mut out = anstream::stdout();
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}  {}: {files} files of the workspace, and {crates} crate{}",
        output.display(),
        ByteSize(size).display().iec(),
        if crates == 1 { "" } else { "s" }
    )?;
    let archive = output.file_name().unwrap_or_default().to_string_lossy();
    writeln!(out, "To use it, with a Rust toolchain and no network:")?;
    writeln!(
        out,
        "    {BOLD}tar -xzf {archive} && cd {FOLDER} && cargo xtask run{BOLD:#}"
    )?;
    if options.check {
        return check::run(&output);
    }
    Ok(ExitCode::SUCCESS)
}

/// Has cargo lay out the source of every dependency, and says where.
fn vendor(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = workspace.target.join("xtask").join(VENDOR);
    fs::create_dir_all(&folder)
        .map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
    let status = workspace
        .cargo()
        // What stands for a registry on this machine, does so here too.
        .args(["vendor", "--quiet", "--locked", "--respect-source-config"])
        .arg(&folder)
        .stdout(Stdio::null())
        .status()
        .map_err(|error| Failure::failed(format!("cannot run cargo: {error}")))?;
    if status.success() {
        Ok(folder)
    } else {
        Err(Failure::failed(
            "cargo could not bring the dependencies, and nothing was packed",
        ))
    }
}

/// Writes the archive, whole or not at all, and says how many files of the workspace are in it.
fn write(workspace: &Workspace, vendored: &Path, output: &Path) -> io::Result<usize> {
    let files = files::of_workspace(workspace)?;
    let part = output.with_extension("part");
    let mut archive = Archive::create(&part, files::time(workspace))?;
    for file in &files {
        let path = workspace.root.join(&file.path);
        let name = format!("{FOLDER}/{}", file.path);
        if file.path == CONFIG {
            let config = offline(&fs::read_to_string(path)?);
            archive.add(&name, config.as_bytes(), false)?;
        } else {
            archive.add(&name, &fs::read(path)?, file.executable)?;
        }
    }
    if !files.iter().any(|file| file.path == CONFIG) {
        archive.add(&format!("{FOLDER}/{CONFIG}"), offline("").as_bytes(), false)?;
    }
    archive.add_folder(&format!("{FOLDER}/{VENDOR}"), vendored)?;
    archive.finish()?;
    fs::rename(part, output)?;
    Ok(files.len())
}

/// The configuration with the vendored sources in the place of the registry.
fn offline(config: &str) -> String {
    // It is there already in what was unpacked from such an archive.
    if config.contains("[source.crates-io]") {
        return config.into();
    }
    format!(
        "{config}
# All dependencies are here. No network is needed.
[source.crates-io]
replace-with = \"vendored\"

[source.vendored]
directory = \"{VENDOR}\"

[net]
offline = true
"
    )
}
