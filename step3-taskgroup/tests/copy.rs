//! The group and its errors can be copied into a project that has only tokio and tokio-util.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The files to copy, relative to `src`.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for module in ["task_group", "error_group"] {
        files.push(PathBuf::from(module).with_extension("rs"));
        for entry in fs::read_dir(sources().join(module)).unwrap() {
            files.push(Path::new(module).join(entry.unwrap().file_name()));
        }
    }
    files
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn the_files_to_copy_use_only_std_tokio_and_tokio_util() {
    for file in files() {
        let text = fs::read_to_string(sources().join(&file)).unwrap();
        let imports = text
            .lines()
            .map(|line| line.trim_start_matches("pub "))
            .filter_map(|line| line.strip_prefix("use "));
        for import in
            imports.filter(|import| import.contains("::") && import.starts_with(char::is_lowercase))
        {
            let root = import.split("::").next().unwrap();
            let known = ["std", "tokio", "tokio_util", "crate", "super"];
            let own = ["handle", "membership", "scope", "state", "render"];
            assert!(
                known.contains(&root) || own.contains(&root),
                "{}: {import}",
                file.display()
            );
        }
    }
}

/// Builds tokio once, which takes seconds: part of the long form alone.
#[test]
fn a_project_with_copies_of_the_files_compiles() {
    if env::var_os("LONG_TESTS").is_none_or(|value| value != "1") {
        return;
    }
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("copy");
    for file in files() {
        let target = project.join("src").join(&file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(sources().join(&file), target).unwrap();
    }
    let library = "
        mod error_group;
        mod task_group;
        pub use error_group::{ErrorGroup, ErrorNode, Leaf, Leaves, TaskName, Tree};
        pub use task_group::{TaskGroup, TaskHandle};
    ";
    let manifest = r#"
        [package]
        name = "copy"
        edition = "2024"

        [dependencies]
        tokio = { version = "1.54", features = ["rt", "sync"] }
        tokio-util = { version = "0.7.20", default-features = false }

        [workspace]
    "#;
    fs::write(project.join("src/lib.rs"), library).unwrap();
    fs::write(project.join("Cargo.toml"), manifest).unwrap();
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    fs::copy(lock, project.join("Cargo.lock")).unwrap();

    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["check", "--quiet", "--offline"])
        .current_dir(&project)
        .env("CARGO_TARGET_DIR", project.join("target"))
        .env("RUSTFLAGS", "-D warnings")
        .output()
        .unwrap();
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problems}");
}
