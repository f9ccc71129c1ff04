//! Makes a small workspace in cargo's folder for tests, and runs this program in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::outcome;

/// A workspace with one lesson, which halves numbers. An older one of this name is replaced.
pub fn workspace(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    for folder in ["lesson", "target/scratch/workspace"] {
        let _ = fs::remove_dir_all(root.join(folder));
    }
    for (file, text) in [
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"lesson\"]\n\n\
             [profile.dev]\ndebug = false\nincremental = false\n",
        ),
        (
            "lesson/Cargo.toml",
            "[package]\nname = \"lesson\"\nedition = \"2024\"\n\n\
             [lib]\ntest = false\ndoctest = false\n\n[package.metadata.lesson]\n\
             number = 1\ntitle = \"Halves\"\nminutes = 1\nheadline = \"One half\"\n",
        ),
        (
            "lesson/src/lib.rs",
            "pub fn half(number: u32) -> u32 {\n    number / 2\n}\n\n\
             pub fn whole(number: u32) -> u32 {\n    number\n}\n",
        ),
        (
            "lesson/examples/demo1.rs",
            "fn main() {\n    println!(\"one  \\n\\ntwo\\nthree\");\n    \
             print!(\"{}\", std::io::read_to_string(std::io::stdin()).unwrap());\n}\n",
        ),
        (
            "lesson/tests/halves.rs",
            "#[test]\nfn four_has_two() {\n    assert_eq!(lesson::half(4), 2);\n}\n\n\
             #[test]\nfn one_has_none() {\n    assert_eq!(lesson::half(1), 0);\n}\n\n\
             #[test]\nfn one_has_one() {\n    assert_eq!(lesson::half(1), 1);\n}\n",
        ),
    ] {
        write(&root, file, text);
    }
    root
}

pub fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The exit code, standard output, and standard error.
pub fn xtask(root: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).current_dir(root);
    outcome(command.env("CARGO_TARGET_DIR", root.join("target")))
}
