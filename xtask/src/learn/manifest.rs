//! The manifests of the practice folder, made from those of the workspace.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, value};

use crate::failure::Failure;

/// The manifest of the practice workspace: the dependencies, profiles and edition of the lessons'
/// workspace, and other members.
pub fn of_practice<'a>(
    root: &str,
    members: impl Iterator<Item = &'a str>,
) -> Result<String, Failure> {
    let mut manifest = parse(root)?;
    let workspace = &mut manifest["workspace"];
    workspace["members"] = value(members.collect::<Array>());
    // `cargo xtask` recognizes a practice workspace by this.
    workspace["metadata"]["practice"] = value(true);
    // A function that is not written yet uses none of its arguments, imports and helpers.
    workspace["lints"] = toml_edit::table();
    workspace["lints"]["rust"]["unsafe_code"] = value("forbid");
    workspace["lints"]["rust"]["unused"] = value("allow");
    // Earlier lessons come from the lessons' workspace: there they are complete.
    if let Some(dependencies) = workspace["dependencies"].as_table_like_mut() {
        for (_, dependency) in dependencies.iter_mut() {
            let table = dependency.as_table_like_mut();
            if let Some(path) = table.and_then(|table| table.get_mut("path")) {
                *path = value(format!("../{}", path.as_str().unwrap_or_default()));
            }
        }
    }
    Ok(manifest.to_string())
}

/// The manifest of a lesson in the practice folder, as `package`, and what it leaves out: the
/// lesson's programs and their tests, which would be built with every check.
///
/// The library keeps its name, so that its users compile unchanged. The package gets another name,
/// because cargo names its output after the package, and both build into one target folder.
pub fn of_lesson(lesson: &str, package: &str) -> Result<(String, Vec<PathBuf>), Failure> {
    let mut manifest = parse(lesson)?;
    let library = manifest["package"]["name"].as_str().unwrap_or_default();
    let library = library.replace('-', "_");
    manifest["package"]["name"] = value(package);
    manifest.entry("lib").or_insert(toml_edit::table())["name"] = value(library);
    if let Some(package) = manifest["package"].as_table_like_mut() {
        // It has the hints.
        package.remove("metadata");
    }
    manifest.remove("bench");
    let mut left_out = vec!["src/bin".into()];
    if let Some(Item::ArrayOfTables(programs)) = manifest.remove("bin") {
        let names = programs
            .iter()
            .filter_map(|program| program["name"].as_str());
        left_out.extend(names.map(|name| Path::new("tests").join(name)));
    }
    Ok((manifest.to_string(), left_out))
}

fn parse(manifest: &str) -> Result<DocumentMut, Failure> {
    let manifest = manifest.parse();
    manifest.map_err(|error| Failure::failed(format!("cannot parse Cargo.toml: {error}")))
}
