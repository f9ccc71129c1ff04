//! The parts of a page that commands look at: headings, fenced blocks, and links.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

use crate::failure::Failure;
use crate::files;

/// Lines are counted from 1.
#[derive(Debug)]
pub enum Part<'a> {
    Heading { line: usize, text: &'a str },
    Fence(Fence),
    Link(Link<'a>),
}

/// A block of code between two fences.
#[derive(Debug)]
pub struct Fence {
    pub line: usize,
    /// The first word after the opening fence: `rust`, `diff`.
    pub tag: String,
    /// The second word: `src/lib.rs`.
    pub file: Option<String>,
    /// The bytes between the two fences.
    pub content: Range<usize>,
}

#[derive(Debug)]
pub struct Link<'a> {
    pub line: usize,
    pub target: String,
    /// The link's text, if it is nothing but code.
    pub code: Option<&'a str>,
    /// Empty if it has none.
    pub title: String,
}

/// The pages in this folder, sorted by name.
pub fn pages(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut pages = Vec::new();
    for entry in files::cannot("read", folder, fs::read_dir(folder))? {
        pages.push(entry?.path());
    }
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
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
        match tag {
            Tag::Heading { .. } => {
                let text = source.trim_start_matches('#').trim();
                parts.push(Part::Heading { line, text });
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                let after_newline = |end| range.start + end + 1;
                let end = source.trim_end().rfind('\n').map(after_newline);
                let start = source.find('\n').map(after_newline);
                let mut words = info.split_whitespace().map(str::to_owned);
                parts.push(Part::Fence(Fence {
                    line,
                    tag: words.next().unwrap_or_default(),
                    file: words.next(),
                    content: start.unwrap_or(range.end)..end.unwrap_or(range.end),
                }));
            }
            Tag::Link {
                dest_url, title, ..
            }
            | Tag::Image {
                dest_url, title, ..
            } => parts.push(Part::Link(Link {
                line,
                target: dest_url.into_string(),
                code: code(source),
                title: title.into_string(),
            })),
            _ => {}
        }
    }
    parts
}

/// The text of a link whose text is code.
pub fn code(link: &str) -> Option<&str> {
    let (code, _) = link.strip_prefix("[`")?.split_once("`]")?;
    (!code.contains('`')).then_some(code)
}
