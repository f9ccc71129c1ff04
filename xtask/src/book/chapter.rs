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
                    let code = markdown::code(source);
                    // The text and the title of the link may contain its target too.
                    let before = source.rfind(&format!("]({dest_url}")).unwrap_or_default();
                    let start = range.start + before + 2;
                    match self.target(&dest_url, code, &title, path) {
                        Ok(target) => changes.push((start..start + dest_url.len(), target)),
                        Err(problem) => {
                            let line = 1 + page[..range.start].matches('\n').count();
                            let problem = format!("{}:{line}: {problem}", path.display());
                            self.problems.push(problem);
                        }
                    }
                }
                Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                    if let Some(figure) = self.figure(&info, source)? {
                        changes.push((range, figure));
                    } else if let Some(file) = info.strip_prefix("rs ") {
                        // `cargo xtask pages` finds a file that does not exist.
                        let target = self.target(file, None, "", path).unwrap_or_default();
                        let caption = format!("[`{file}`]({target})\n\n```rs");
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
        let name = target.split('#').next().unwrap_or_default();
        let cannot_read = |error: io::Error| format!("{name}: {error}");
        let file = fs::canonicalize(page.with_file_name(name)).map_err(cannot_read)?;
        let root = fs::canonicalize(root).map_err(cannot_read)?;
        let linked = file.strip_prefix(root);
        let linked = linked.map_err(|_| format!("{name} is not in the workspace"))?;
        let mut anchor = target[name.len()..].to_owned();
        if linked.extension() != Some(OsStr::new("md")) {
            let code = code.and_then(|path| path.rsplit("::").next());
            let title = Some(title).filter(|title| !title.is_empty());
            if let (true, Some(function)) = (anchor.is_empty(), title.or(code)) {
                anchor = line_of(function, &text(&file).map_err(cannot_read)?);
            }
            self.sources.insert(linked.to_owned());
        }
        Ok(format!("{}{}.html{anchor}", to_root(path), address(linked)))
    }
}

/// The anchor of the line that declares this function. It is empty if there is none.
fn line_of(function: &str, text: &str) -> String {
    let named = [format!("fn {function}("), format!("fn {function}<")];
    let declares = |line: &str| named.iter().any(|name| line.contains(name));
    let line = text.lines().position(declares);
    line.map_or_else(String::new, |line| format!("#L{}", line + 1))
}

/// The file of a page in the book, without its extension `.html`.
pub fn address(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let path = path.replace("README.md", "index");
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
