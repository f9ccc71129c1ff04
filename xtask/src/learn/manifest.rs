//! The manifests of a practice folder, made from the workspace's.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, TableLike, TomlError, value};

/// The practice folder's own manifest: the same dependencies, profiles and edition as the workspace's,
/// and no member yet.
pub fn of_practice(root: &str) -> Result<String, TomlError> {
    let mut manifest: DocumentMut = root.parse()?;
    let workspace = &mut manifest["workspace"];
    workspace["members"] = value(Array::new());
    // By this mark `cargo xtask` knows that it stands in a practice folder.
    workspace["metadata"]["practice"] = value(true);
    // A body that is still to be written uses nothing: no argument, no import, no helper.
    workspace["lints"] = toml_edit::table();
    workspace["lints"]["rust"]["unsafe_code"] = value("forbid");
    workspace["lints"]["rust"]["unused"] = value("allow");
    if let Some(dependencies) = workspace["dependencies"].as_table_like_mut() {
        for (_, dependency) in dependencies.iter_mut() {
            out_of_the_folder(dependency);
        }
    }
    Ok(manifest.to_string())
}

/// The practice folder's manifest with these members.
pub fn with_members<'a>(
    practice: &str,
    members: impl IntoIterator<Item = &'a str>,
) -> Result<String, TomlError> {
    let mut manifest: DocumentMut = practice.parse()?;
    manifest["workspace"]["members"] = value(members.into_iter().collect::<Array>());
    Ok(manifest.to_string())
}

/// Earlier lessons come from the workspace: whatever becomes of them here, they work.
fn out_of_the_folder(dependency: &mut Item) {
    let table = dependency.as_table_like_mut();
    if let Some(path) = table.and_then(|table| table.get_mut("path")) {
        if let Some(inside) = path.as_str() {
            *path = value(format!("../{inside}"));
        }
    }
}

/// A lesson's manifest.
pub struct OfLesson {
    pub text: String,
    /// The sources of programs that only a feature builds, which the lesson's tests do without.
    pub left_out: Vec<PathBuf>,
}

/// A lesson's manifest in the practice folder, as `package`.
///
/// The library keeps its name, so that everything that uses it compiles as it is. The package must
/// not: cargo names what it builds after it, and would take one for the other in a shared target
/// folder.
pub fn of_lesson(lesson: &str, package: &str) -> Result<OfLesson, TomlError> {
    let mut manifest: DocumentMut = lesson.parse()?;
    let library = manifest["package"]["name"].as_str().unwrap_or_default();
    let library = library.replace('-', "_");
    manifest["package"]["name"] = value(package);
    manifest.entry("lib").or_insert(toml_edit::table())["name"] = value(library);
    if let Some(package) = manifest["package"].as_table_like_mut() {
        // The hints are in there.
        package.remove("metadata");
    }
    manifest.remove("bench");
    let mut left_out = Vec::new();
    for kind in ["bin", "test", "example"] {
        let Some(targets) = manifest[kind].as_array_of_tables_mut() else {
            continue;
        };
        let optional = |table: &dyn TableLike| table.contains_key("required-features");
        left_out.extend(
            targets
                .iter()
                .filter(|table| optional(*table))
                .filter_map(|table| table.get("path")?.as_str())
                .map(sources),
        );
        targets.retain(|table| !optional(table));
        if targets.is_empty() {
            manifest.remove(kind);
        }
    }
    Ok(OfLesson {
        text: manifest.to_string(),
        left_out,
    })
}

/// All that belongs to a program whose `main` is in this file.
fn sources(path: &str) -> PathBuf {
    let path = Path::new(path);
    let folder = path.parent().filter(|_| path.ends_with("main.rs"));
    folder.unwrap_or(path).to_path_buf()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{of_lesson, of_practice, with_members};

    #[test]
    fn the_practice_folder_has_the_same_dependencies_and_the_lessons_from_outside() {
        let root = "\
[workspace]
resolver = \"3\"
members = [\"step*\", \"xtask\"]

[workspace.dependencies]
step1 = { path = \"step1\" }
tokio = \"1\"

[workspace.lints.rust]
missing_docs = \"warn\"

[profile.dev]
debug = 1
";
        let made = of_practice(root).unwrap();
        for line in [
            "members = []",
            "step1 = { path = \"../step1\" }",
            "tokio = \"1\"",
            "metadata = { practice = true }",
            "rust = { unsafe_code = \"forbid\", unused = \"allow\" }",
            "debug = 1",
        ] {
            assert!(made.lines().any(|made| made == line), "{line} in\n{made}");
        }
        assert!(!made.contains("missing_docs"), "{made}");
        let made = with_members(&made, ["step1", "step2"]).unwrap();
        let members = "members = [\"step1\", \"step2\"]";
        assert!(made.lines().any(|made| made == members), "{made}");
    }

    #[test]
    fn a_lesson_changes_its_package_and_leaves_out_hints_benches_and_what_needs_a_feature() {
        let lesson = "\
[package]
name = \"step1-a\"

[package.metadata.lesson]
number = 1

[[package.metadata.lesson.exercise]]
hints = [\"look\"]

[lib]
test = false

[[bin]]
name = \"program\"
path = \"src/bin/program/main.rs\"
required-features = [\"cli\"]

[[test]]
name = \"program\"
path = \"tests/program.rs\"
required-features = [\"cli\"]

[[test]]
name = \"plain\"
path = \"tests/plain/main.rs\"

[[bench]]
name = \"bench\"

[dependencies]
tokio.workspace = true
";
        let made = of_lesson(lesson, "practice-step1-a").unwrap();
        let expected = "\
[package]
name = \"practice-step1-a\"

[lib]
test = false
name = \"step1_a\"

[[test]]
name = \"plain\"
path = \"tests/plain/main.rs\"

[dependencies]
tokio.workspace = true
";
        assert_eq!(made.text, expected);
        let left_out = ["src/bin/program", "tests/program.rs"].map(PathBuf::from);
        assert_eq!(made.left_out, left_out);
    }

    #[test]
    fn a_lesson_without_a_table_for_its_library_gets_one() {
        let made = of_lesson("[package]\nname = \"a-b\"\n", "practice-a-b").unwrap();
        let expected = "[package]\nname = \"practice-a-b\"\n\n[lib]\nname = \"a_b\"\n";
        assert_eq!(made.text, expected);
    }
}
