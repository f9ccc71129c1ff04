//! Links to files, to their lines, to headings of pages, and to functions such as tests.

use std::fs;
use std::path::Path;

use crate::markdown::{self, Part};

/// What is wrong with a link on the page at `path`. `code` is the link's text, if it is code. The title
/// of a link to a Rust file is a function in it.
pub fn problem(target: &str, code: Option<&str>, title: &str, path: &Path) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = match file {
        "" => path.to_owned(),
        _ => path.with_file_name(file),
    };
    if !path.exists() {
        return Some(format!("there is no file {file}"));
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    let is = |extension: &str| path.extension().is_some_and(|is| is == extension);
    if is("md") && !anchor.is_empty() && !has_heading(&text, anchor) {
        return Some(format!("{target}: there is no such heading"));
    }
    if !is("rs") {
        return None;
    }
    let line = anchor.strip_prefix('L').and_then(|line| line.parse().ok());
    if line.is_some_and(|line: usize| line > text.lines().count()) {
        return Some(format!("{target}: there is no such line"));
    }
    let title = Some(title).filter(|title| !title.is_empty());
    let mut functions = code.and_then(function).into_iter().chain(title);
    let is_missing = |function: &&str| {
        let named = [format!("fn {function}("), format!("fn {function}<")];
        !named.iter().any(|named| text.contains(named))
    };
    let function = functions.find(is_missing)?;
    Some(format!("there is no function `{function}` in {file}"))
}

/// The last part of `module::identifier`. A name with a capital is a type's.
fn function(code: &str) -> Option<&str> {
    let is_path = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':');
    let name = code.rsplit("::").next()?;
    let is_function = name.starts_with(|first: char| first.is_lowercase() || first == '_');
    (is_function && code.chars().all(is_path)).then_some(name)
}

/// The anchor of a heading has small letters, hyphens for blanks, and no punctuation.
fn has_heading(page: &str, anchor: &str) -> bool {
    let is_kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    markdown::parts(page).iter().any(|part| match part {
        Part::Heading { text, .. } => {
            let kept: String = text.chars().filter(is_kept).collect();
            kept.to_lowercase().replace(' ', "-") == anchor
        }
        _ => false,
    })
}
