//! Rust itself: the compiler, its components, its linker, and the sources of the dependencies.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Finding, Trouble};
use crate::lessons;

/// The oldest version that builds this workspace.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");
const INSTALL: &str = "install Rust as https://rustup.rs says, and open a new terminal";

pub fn rust() -> Finding {
    let Ok(version) = said(Command::new("rustc").arg("--version")) else {
        let what = format!("no rustc in the path; it must be {OLDEST} or newer");
        return Finding::Missing(Trouble::new(what, INSTALL));
    };
    if release(&version) >= release(OLDEST) {
        Finding::Ready(format!("{version}; {OLDEST} or newer is needed"))
    } else {
        let what = format!("{version} is too old; it must be {OLDEST} or newer");
        Finding::Missing(Trouble::new(what, "rustup update stable"))
    }
}

pub fn cargo() -> Finding {
    match said(lessons::cargo().arg("--version")) {
        Ok(version) => Finding::Ready(version),
        Err(_) => Finding::Missing(Trouble::new("no cargo in the path", INSTALL)),
    }
}

pub fn component(name: &str) -> Finding {
    let subcommand = if name == "rustfmt" { "fmt" } else { name };
    match said(lessons::cargo().args([subcommand, "--version"])) {
        Ok(version) => Finding::Ready(version),
        Err(_) => Finding::Missing(Trouble::new(
            format!("`cargo {subcommand}` does not work"),
            format!("rustup component add {name}"),
        )),
    }
}

/// Builds a small program where the lessons will be built, and runs it.
pub fn linker(folder: &Path) -> Finding {
    let source = folder.join("ready.rs");
    let program = folder.join(format!("ready{EXE_SUFFIX}"));
    let mut rustc = Command::new("rustc");
    rustc.arg("-o").arg(&program).arg(&source);
    let built = fs::write(&source, "fn main() { println!(\"ready\"); }\n")
        .map_err(|error| error.to_string())
        .and_then(|()| said(&mut rustc));
    if let Err(error) = built {
        let mend = if cfg!(windows) {
            "install the Build Tools for Visual Studio, with \"Desktop development with C++\""
        } else if cfg!(target_os = "macos") {
            "xcode-select --install"
        } else {
            "sudo apt install build-essential    (or: sudo dnf install gcc)"
        };
        let what = format!("a small program cannot be built: {error}");
        return Finding::Missing(Trouble::new(what, mend));
    }
    match said(&mut Command::new(&program)) {
        Ok(words) if words == "ready" => {
            Finding::Ready("a small program can be built and run".into())
        }
        Ok(_) | Err(_) => Finding::Missing(Trouble::new(
            format!("what is built in {} cannot be run", folder.display()),
            "set CARGO_TARGET_DIR to a folder from which programs may be run",
        )),
    }
}

/// Whether the sources of all dependencies are here already.
pub fn dependencies() -> Finding {
    let host = said(Command::new("rustc").arg("-vV")).unwrap_or_default();
    let host = host.lines().find_map(|line| line.strip_prefix("host: "));
    let mut fetch = lessons::cargo();
    fetch.args(["fetch", "--offline", "--locked"]);
    fetch.args(host.into_iter().flat_map(|host| ["--target", host]));
    match said(&mut fetch) {
        Ok(_) => Finding::Ready("not needed: the source of every dependency is here".into()),
        Err(_) => Finding::Note(Trouble::new(
            "the first build will need it; later ones will not",
            "cargo fetch --locked    (now, while there is one)",
        )),
    }
}

/// What the program prints, without the end of the line. The error is the first line of its own.
fn said(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let words = text(&output.stderr);
    let error = words.lines().find(|line| line.starts_with("error"));
    Err(error.or(words.lines().next()).unwrap_or_default().into())
}

/// Major and minor number, of a version or of what `rustc --version` says.
fn release(version: &str) -> Option<(u32, u32)> {
    let numbers = version.strip_prefix("rustc ").unwrap_or(version);
    let mut numbers = numbers.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{OLDEST, release};

    #[test]
    fn a_release_is_compared_by_its_numbers_and_not_as_text() {
        assert!(release("rustc 1.100.0-nightly (1 2)") > release("1.86"));
        assert!(release("rustc 1.9.0 (1 2)") < release("1.86"));
        assert_eq!(release("rustc what"), None);
        assert!(release("rustc what") < release(OLDEST));
    }
}
