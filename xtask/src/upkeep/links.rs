//! Links to files, to their lines, to headings of pages, and to tests.

use std::fs;
use std::path::Path;

use crate::markdown::{self, Part};

/// What is wrong with a link on the page at `path`. `code` is the link's text, if it is code.
pub fn problem(target: &str, code: Option<&str>, path: &Path) -> Option<String> {
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
    if is("rs") {
        let line = anchor.strip_prefix('L').and_then(|line| line.parse().ok());
        if line.is_some_and(|line: usize| line > text.lines().count()) {
            return Some(format!("{target}: there is no such line"));
        }
        let function = code.and_then(function)?;
        let is_there = |after| text.contains(&format!("fn {function}{after}"));
        if !is_there('(') && !is_there('<') {
            return Some(format!("there is no function `{function}` in {file}"));
        }
    }
    None
}

/// The last part of `module::identifier`. A capital is a type's.
fn function(code: &str) -> Option<&str> {
    let is_path = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':');
    let name = code.rsplit("::").next()?;
    let is_function = name.starts_with(|first: char| first.is_lowercase() || first == '_');
    (is_function && code.chars().all(is_path)).then_some(name)
}

fn has_heading(page: &str, anchor: &str) -> bool {
    markdown::parts(page)
        .iter()
        .any(|part| matches!(part, Part::Heading { text, .. } if slug(text) == anchor))
}

/// The anchor of a heading: small letters, hyphens for blanks, and no punctuation.
fn slug(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    let kept: String = heading.chars().filter(kept).collect();
    kept.to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{has_heading, problem};

    #[test]
    fn a_link_must_lead_to_a_file_a_line_a_heading_or_a_function() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("PAGE.md");
        for (target, code, expected) in [
            ("src/main.rs", None, None),
            ("src", None, None),
            ("src/main.rs#L1", Some("main"), None),
            ("src/main.rs", Some("some::module::timeline"), None),
            ("src/main.rs", Some("Arguments"), None),
            ("src/main.rs", Some("src/main.rs"), None),
            ("src/main.rs", Some("cargo run"), None),
            ("Cargo.toml", Some("time"), None),
            ("https://example.com/a.rs", Some("time"), None),
            ("mailto:a@example.com", None, None),
            ("src/gone.rs", None, Some("there is no file src/gone.rs")),
            (
                "src/main.rs#L9999",
                None,
                Some("src/main.rs#L9999: there is no such line"),
            ),
            (
                "../README.md#gone",
                None,
                Some("../README.md#gone: there is no such heading"),
            ),
            (
                "src/main.rs",
                Some("m::time"),
                Some("there is no function `time` in src/main.rs"),
            ),
        ] {
            assert_eq!(
                problem(target, code, &page).as_deref(),
                expected,
                "{target}"
            );
        }
    }

    #[test]
    fn the_anchor_of_a_heading_has_no_punctuation() {
        let page = "# Take the body as text()\n\n## `pack`: it's 4xx, *and* 5xx\n\nAnd text\n";
        assert!(has_heading(page, "take-the-body-as-text"));
        assert!(has_heading(page, "pack-its-4xx-and-5xx"));
        assert!(!has_heading(page, "and-text"));
    }
}
