//! The parts of a page that commands look at: headings, fenced blocks, and links.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag};

/// Lines are counted from 1.
#[derive(Debug, PartialEq)]
pub enum Part<'a> {
    Heading {
        line: usize,
        /// 1 is the page's title.
        level: usize,
        text: &'a str,
    },
    Fence {
        line: usize,
        /// The first word after the opening fence: `rust`, `diff`.
        tag: String,
        /// The bytes between the two fences.
        content: Range<usize>,
    },
    Link {
        line: usize,
        target: String,
        /// The link's text, if it is nothing but code.
        code: Option<&'a str>,
    },
}

/// The pages in this folder, sorted by name.
pub fn pages(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("md")) {
            pages.push(path);
        }
    }
    pages.sort();
    Ok(pages)
}

pub fn parts(page: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for (event, range) in Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter() {
        // The start of an element has the range of the whole element.
        let source = &page[range.clone()];
        let line = 1 + page[..range.start].matches('\n').count();
        parts.push(match event {
            Event::Start(Tag::Heading { level, .. }) => Part::Heading {
                line,
                level: level as usize,
                text: source.trim_start_matches('#').trim(),
            },
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => Part::Fence {
                line,
                tag: info.split_whitespace().next().unwrap_or_default().into(),
                content: content(page, range),
            },
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) if !matches!(link_type, LinkType::Autolink | LinkType::Email) => Part::Link {
                line,
                target: dest_url.into_string(),
                code: code(source),
            },
            Event::Start(Tag::Image { dest_url, .. }) => Part::Link {
                line,
                target: dest_url.into_string(),
                code: None,
            },
            _ => continue,
        });
    }
    parts
}

fn content(page: &str, block: Range<usize>) -> Range<usize> {
    let source = page[block.clone()].trim_end();
    let first = source.find('\n').map_or(source.len(), |end| end + 1);
    let last = source.rfind('\n').map_or(source.len(), |end| end + 1);
    block.start + first..block.start + last
}

/// The text of a link such as [`code`](target).
fn code(link: &str) -> Option<&str> {
    let (code, _) = link.strip_prefix("[`")?.split_once("`]")?;
    (!code.contains('`')).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::{Part, parts};

    #[test]
    fn a_heading_has_its_line_level_and_text() {
        let heading = |line, level, text| Part::Heading { line, level, text };
        assert_eq!(
            parts("# One\n\n## Two and `three`\n"),
            [heading(1, 1, "One"), heading(3, 2, "Two and `three`")]
        );
    }

    #[test]
    fn a_fenced_block_has_its_tag_and_the_lines_between_the_fences() {
        for (page, expected) in [
            ("a\n\n```diff x\n-x\n\n+y\n```\nb\n", "-x\n\n+y\n"),
            ("a\n\n```diff\n```", ""),
        ] {
            let [Part::Fence { line, tag, content }] = &parts(page)[..] else {
                panic!("one block: {page}");
            };
            assert_eq!((*line, tag.as_str()), (3, "diff"));
            assert_eq!(&page[content.clone()], expected);
        }
    }

    #[test]
    fn a_link_has_its_line_target_and_code() {
        let page = "[a](x.md)\n[`b::c`](y.rs#L1), [d `e`](z.rs), <https://example.com>\n[f], ![g](h.svg)\n\n[f]: w.md\n";
        let link = |line, target: &str, code| Part::Link {
            line,
            target: target.into(),
            code,
        };
        assert_eq!(
            parts(page),
            [
                link(1, "x.md", None),
                link(2, "y.rs#L1", Some("b::c")),
                link(2, "z.rs", None),
                link(3, "w.md", None),
                link(3, "h.svg", None),
            ]
        );
    }
}
