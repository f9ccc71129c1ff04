//! A page becomes a chapter: its links lead to pages of the book.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag};

use super::Book;
use crate::failure::Failure;
use crate::markdown;
use crate::upkeep::links;

impl Book<'_> {
    /// The page at `path`, a path from the root, as mdBook gets it.
    pub fn mend(&mut self, page: &str, path: &Path) -> Result<String, Failure> {
        let mut changes = Vec::new();
        for (event, range) in Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter() {
            let Event::Start(tag) = event else { continue };
            let source = &page[range.clone()];
            match tag {
                Tag::Link {
                    link_type: LinkType::Inline,
                    dest_url,
                    title,
                    ..
                } => {
                    let line = 1 + page[..range.start].matches('\n').count();
                    let code = markdown::code(source);
                    // The text and the title of the link may contain its target too.
                    let start = source.rfind(&format!("]({dest_url}")).unwrap_or_default();
                    let start = range.start + start + 2;
                    match self.target(&dest_url, code, &title, path) {
                        Ok(target) => changes.push((start..start + dest_url.len(), target)),
                        Err(what) => self
                            .problems
                            .push(format!("{}:{line}: {what}", path.display())),
                    }
                }
                Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                    if let Some(figure) = self.figure(&info, source)? {
                        changes.push((range, figure));
                    } else if let Some(Ok(target)) = info
                        .strip_prefix("rs ")
                        .map(|file| self.target(file, None, "", path))
                    {
                        let caption = format!("[`{}`]({target})\n\n```rs", &info[3..]);
                        changes.push((range.start..range.start + 3 + info.len(), caption));
                    }
                }
                _ => {}
            }
        }
        let mut chapter = page.to_owned();
        // The last first, so that the places of the others stay true.
        for (place, text) in changes.into_iter().rev() {
            chapter.replace_range(place, &text);
        }
        Ok(chapter)
    }

    /// Where a link on the page at `path` leads in the book. If its title or its code names a function,
    /// it leads to the line of that.
    fn target(
        &mut self,
        target: &str,
        code: Option<&str>,
        title: &str,
        path: &Path,
    ) -> Result<String, String> {
        let root = &self.workspace.root;
        let page = root.join(path);
        if let Some(problem) = links::problem(target, code, title, &page) {
            return Err(problem);
        }
        if target.contains("://") || target.starts_with('#') || target.starts_with("mailto:") {
            return Ok(target.into());
        }
        let (name, anchor) = target.split_once('#').unwrap_or((target, ""));
        let file = fs::canonicalize(page.with_file_name(name))
            .map_err(|error| format!("{name}: {error}"))?;
        let root = fs::canonicalize(root).map_err(|error| error.to_string())?;
        let linked = file
            .strip_prefix(root)
            .map_err(|_| format!("{name} is not in the workspace"))?;
        let mut anchor = anchor.to_owned();
        if linked.extension() != Some(OsStr::new("md")) {
            let text = text(&file).map_err(|error| format!("{name}: {error}"))?;
            let code = code.and_then(|path| path.rsplit("::").next());
            let function = Some(title)
                .filter(|title| !title.is_empty())
                .or(code)
                .unwrap_or_default();
            let named = [format!("fn {function}("), format!("fn {function}<")];
            let line = text
                .lines()
                .position(|line| named.iter().any(|name| line.contains(name)));
            if let (true, Some(line)) = (anchor.is_empty(), line) {
                anchor = format!("L{}", line + 1);
            }
            self.sources.insert(linked.to_owned());
        }
        let separator = if anchor.is_empty() { "" } else { "#" };
        Ok(format!(
            "{}{}.html{separator}{anchor}",
            to_root(path),
            address(linked)
        ))
    }
}

/// The file of a page in the book, without its extension `.html`.
pub fn address(path: &Path) -> String {
    let path = path
        .to_string_lossy()
        .replace('\\', "/")
        .replace("README.md", "index");
    path.trim_end_matches(".md").into()
}

pub fn to_root(path: &Path) -> String {
    "../".repeat(path.components().count() - 1)
}

/// What the page of a file shows. That of a folder lists its files.
pub fn text(path: &Path) -> io::Result<String> {
    if !path.is_dir() {
        return fs::read_to_string(path);
    }
    let entries = fs::read_dir(path)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned() + "\n"));
    let mut names = entries.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names.concat())
}
