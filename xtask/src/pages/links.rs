//! Links that lead to a file of ours, to a heading of a page, or to a test.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crate::page::{Link, Part, parts};

/// What is wrong with a link on a page in this folder.
pub fn problem(link: &Link, folder: &Path) -> Option<String> {
    let (target, anchor) = link.target.split_once('#').unwrap_or((&link.target, ""));
    // A link within the page, or to somewhere else: `https:`, `mailto:`.
    if target.is_empty() || has_scheme(target) {
        return None;
    }
    // Windows takes the slashes of a link as they are.
    let path = folder.join(target);
    if !path.exists() {
        return Some(format!("there is no file {target}"));
    }
    if path.extension() == Some(OsStr::new("md")) && !anchor.is_empty() {
        let page = fs::read_to_string(&path).unwrap_or_default();
        return (!has_heading(&page, anchor))
            .then(|| format!("no heading in {target} is called #{anchor}"));
    }
    let test = link.code.as_deref().and_then(function)?;
    if path.extension().is_none_or(|extension| extension != "rs") {
        return None;
    }
    let source = fs::read_to_string(&path).unwrap_or_default();
    (!has_function(&source, test)).then(|| format!("no test `{test}` in {target}"))
}

fn has_scheme(target: &str) -> bool {
    target.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// The last part of `module::identifier`. A name with a capital is a type's, and no test's.
fn function(code: &str) -> Option<&str> {
    let is_identifier = |part: &str| {
        part.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && part
                .chars()
                .all(|other| other.is_alphanumeric() || other == '_')
    };
    if !code.split("::").all(is_identifier) {
        return None;
    }
    let last = code.rsplit("::").next()?;
    (!last.starts_with(char::is_uppercase)).then_some(last)
}

fn has_heading(page: &str, anchor: &str) -> bool {
    parts(page).iter().any(|part| match part {
        Part::Heading { text, .. } => slug(text) == anchor,
        _ => false,
    })
}

/// How a heading is called in a link: small letters, hyphens for blanks, and no punctuation.
fn slug(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    let words: String = heading.chars().filter(kept).collect();
    words.to_lowercase().replace(' ', "-")
}

fn has_function(text: &str, name: &str) -> bool {
    text.split("fn ").skip(1).any(|behind| {
        behind
            .strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with(['(', '<']))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{function, has_function, has_heading, problem};
    use crate::page::Link;

    fn check(target: &str, code: Option<&str>) -> Option<String> {
        let link = Link {
            line: 1,
            target: target.into(),
            code: code.map(String::from),
        };
        problem(&link, Path::new(env!("CARGO_MANIFEST_DIR")))
    }

    #[test]
    fn a_link_leads_to_a_file_with_or_without_an_anchor() {
        assert_eq!(check("src/main.rs", None), None);
        assert_eq!(check("src/main.rs#L10", None), None);
        assert_eq!(check("src", None), None);
        assert_eq!(
            check("src/gone.rs", None),
            Some("there is no file src/gone.rs".into())
        );
    }

    #[test]
    fn links_to_elsewhere_and_within_the_page_are_not_followed() {
        for target in ["https://example.com/a.rs", "mailto:a@example.com", "#part"] {
            assert_eq!(check(target, Some("no_such_test")), None);
        }
    }

    #[test]
    fn a_link_with_the_name_of_a_test_leads_to_the_file_that_has_it() {
        assert_eq!(check("src/main.rs", Some("timeline")), None);
        assert_eq!(check("src/main.rs", Some("some::module::timeline")), None);
        assert_eq!(
            check("src/main.rs", Some("module::time")),
            Some("no test `time` in src/main.rs".into())
        );
        assert_eq!(check("Cargo.toml", Some("time")), None);
    }

    #[test]
    fn a_link_into_a_page_leads_to_one_of_its_headings() {
        let page = "# Take the body as text()\n\n## `pack`: it's 4xx, *and* 5xx\n\nAnd text\n";
        assert!(has_heading(page, "take-the-body-as-text"));
        assert!(has_heading(page, "pack-its-4xx-and-5xx"));
        assert!(!has_heading(page, "and-text"));
        assert_eq!(
            check("../README.md#no-such-heading", None),
            Some("no heading in ../README.md is called #no-such-heading".into())
        );
    }

    #[test]
    fn a_type_a_path_and_a_command_are_no_tests() {
        for code in [
            "TaskGroup",
            "group::TaskGroup",
            "src/main.rs",
            "cargo run",
            "a::",
        ] {
            assert_eq!(function(code), None, "{code}");
        }
    }

    #[test]
    fn a_function_has_the_whole_name() {
        assert!(has_function("async fn a_b() {}", "a_b"));
        assert!(has_function("fn a_b<T>(t: T) {}", "a_b"));
        assert!(!has_function("fn a_bc() {}", "a_b"));
        assert!(!has_function("// a_b()", "a_b"));
    }
}
