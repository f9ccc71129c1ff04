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
        /// The second word: `src/lib.rs`.
        file: Option<String>,
        /// The bytes between the two fences.
        content: Range<usize>,
    },
    Link {
        line: usize,
        target: String,
        /// The link's text, if it is nothing but code.
        code: Option<&'a str>,
        /// Empty if it has none.
        title: String,
    },
}

/// The pages in this folder, sorted by name.
pub fn pages(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut pages = entries.collect::<io::Result<Vec<_>>>()?;
    pages.retain(|path| path.extension() == Some(OsStr::new("md")));
    pages.sort();
    Ok(pages)
}

pub fn parts(page: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for (event, range) in Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter() {
        let line = 1 + page[..range.start].matches('\n').count();
        // The start of an element has the range of the whole element.
        let source = &page[range.clone()];
        let Event::Start(tag) = event else { continue };
        parts.push(match tag {
            Tag::Heading { level, .. } => Part::Heading {
                line,
                level: level as usize,
                text: source.trim_start_matches('#').trim(),
            },
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                let after_newline = |end| range.start + end + 1;
                let end = source.trim_end().rfind('\n').map(after_newline);
                let start = source.find('\n').map(after_newline);
                let mut words = info.split_whitespace().map(str::to_owned);
                Part::Fence {
                    line,
                    tag: words.next().unwrap_or_default(),
                    file: words.next(),
                    content: start.unwrap_or(range.end)..end.unwrap_or(range.end),
                }
            }
            Tag::Link {
                link_type: LinkType::Autolink | LinkType::Email,
                ..
            } => continue,
            Tag::Link {
                dest_url, title, ..
            }
            | Tag::Image {
                dest_url, title, ..
            } => Part::Link {
                line,
                target: dest_url.into_string(),
                code: code(source),
                title: title.into_string(),
            },
            _ => continue,
        });
    }
    parts
}

/// The text of a link whose text is code.
pub fn code(link: &str) -> Option<&str> {
    let (code, _) = link.strip_prefix("[`")?.split_once("`]")?;
    (!code.contains('`')).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::{Part, parts};

    #[test]
    fn headings_and_blocks_have_their_line_and_their_text() {
        let page = "# One\n\n```diff x\n-x\n\n+y\n```\n\n## Two and `three`\n";
        let heading = |line, level, text| Part::Heading { line, level, text };
        let block = Part::Fence {
            line: 3,
            tag: "diff".into(),
            file: Some("x".into()),
            content: 17..24,
        };
        let expected = [
            heading(1, 1, "One"),
            block,
            heading(9, 2, "Two and `three`"),
        ];
        assert_eq!(parts(page), expected);
        assert_eq!(&page[17..24], "-x\n\n+y\n");
    }
}
