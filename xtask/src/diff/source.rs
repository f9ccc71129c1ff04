//! What the source of a lesson offers: its public names, and its functions.
//!
//! `cargo fmt` has laid it out. So an item begins where its line begins, and ends at the next brace
//! that stands there, and nothing has to be parsed.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

#[derive(Default)]
pub struct Source {
    /// The names that `lib.rs` makes public.
    pub public: Vec<String>,
    /// Those among them that are functions, in the order of their files.
    pub functions: Vec<Function>,
}

/// A function that stands by itself, and is no method.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// From the lesson's folder.
    pub file: String,
    pub name: String,
    /// Without its documentation.
    pub code: String,
}

impl Function {
    /// What it takes and gives.
    pub fn signature(&self) -> &str {
        self.code.split('{').next().unwrap_or_default()
    }
}

impl Source {
    /// Reads the files of the library that lie in the lesson's `src` itself.
    pub fn read(lesson: &Path) -> io::Result<Self> {
        let folder = lesson.join("src");
        let exports = exports(&fs::read_to_string(folder.join("lib.rs"))?);
        let mut files = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension() == Some(OsStr::new("rs")) {
                files.push(path);
            }
        }
        files.sort();
        let mut functions = Vec::new();
        for path in files {
            let module = path.file_stem().unwrap_or_default().to_string_lossy();
            let file = format!("src/{module}.rs");
            let of_file = self::functions(&file, &fs::read_to_string(&path)?);
            functions.extend(of_file.into_iter().filter(|function| {
                let is_it =
                    |(from, name): &(String, String)| *from == module && *name == function.name;
                exports.iter().any(is_it)
            }));
        }
        Ok(Self {
            public: exports.into_iter().map(|(_, name)| name).collect(),
            functions,
        })
    }
}

/// The module and the name of each `pub use a::b;`, `pub use a::{b, c};` and `pub mod a;`.
fn exports(text: &str) -> Vec<(String, String)> {
    let mut exports = Vec::new();
    for start in ["\npub use ", "\npub mod "] {
        for statement in text.split(start).skip(1) {
            let statement = statement.split(';').next().unwrap_or_default();
            let (module, names) = statement.split_once("::").unwrap_or((statement, statement));
            let names = names.split(|other: char| !(other.is_alphanumeric() || other == '_'));
            let names = names.filter(|name| !name.is_empty());
            exports.extend(names.map(|name| (module.into(), name.into())));
        }
    }
    exports
}

fn functions(file: &str, text: &str) -> Vec<Function> {
    let mut functions = Vec::new();
    let mut open: Option<Function> = None;
    for line in text.lines() {
        if open.is_none() {
            open = name(line).map(|name| Function {
                file: file.into(),
                name: name.into(),
                code: String::new(),
            });
        }
        if let Some(function) = &mut open {
            function.code.push_str(line);
            function.code.push('\n');
        }
        if line.starts_with('}') || line.ends_with("{}") {
            functions.extend(open.take());
        }
    }
    functions
}

/// The name of the public function that begins in this line.
fn name(line: &str) -> Option<&str> {
    let (before, behind) = line.split_once("fn ")?;
    let begins = ["pub ", "pub async ", "pub const "].contains(&before);
    begins.then(|| behind.split(['(', '<']).next())?
}

#[cfg(test)]
mod tests {
    use super::{exports, functions};

    #[test]
    fn exports_are_what_lib_rs_takes_from_its_modules_and_its_public_modules() {
        let text = "mod a;\npub mod b;\npub use a::c;\npub use a::{\n    D, e_f,\n};\nuse a::g;\n";
        let expected = [("a", "c"), ("a", "D"), ("a", "e_f"), ("b", "b")];
        let expected = expected.map(|(module, name)| (module.into(), name.into()));
        assert_eq!(exports(text), expected);
    }

    #[test]
    fn a_function_is_its_code_without_its_documentation_and_a_method_is_none() {
        let text = "\
/// Does it: fn not_this() {
pub async fn first<T>(
    t: T,
) {
    t
}

impl A {
    fn method() {}
}

fn private() {}
pub fn second() {}
pub const fn third() -> u8 {
    3
}
";
        let found = functions("src/a.rs", text);
        let shown: Vec<_> = found
            .iter()
            .map(|function| (function.name.as_str(), function.code.as_str()))
            .collect();
        let expected = [
            (
                "first",
                "pub async fn first<T>(\n    t: T,\n) {\n    t\n}\n",
            ),
            ("second", "pub fn second() {}\n"),
            ("third", "pub const fn third() -> u8 {\n    3\n}\n"),
        ];
        assert_eq!(shown, expected);
        assert_eq!(found[0].file, "src/a.rs");
    }
}
