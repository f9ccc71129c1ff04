//! Finds a function in a source file and replaces its body. The rest of the file stays, byte by byte.

use std::ops::Range;
use std::path::Path;

use console::measure_text_width;
use syn::spanned::Spanned;
use syn::{ImplItem, Item, ItemImpl, Type};

use super::files::shown;

/// A function in a source text, as ranges of bytes.
pub struct Function {
    /// With its docs and attributes.
    whole: Range<usize>,
    /// With its braces.
    body: Range<usize>,
}

/// The widest line that rustfmt writes.
const WIDTH: usize = 100;

/// Finds `function`, or `Type::method` in any `impl` of the type. `file` is for messages.
pub fn find(text: &str, function: &str, file: &Path) -> Result<Function, String> {
    let parsed = syn::parse_file(text).map_err(|error| {
        let line = error.span().start().line;
        format!("cannot parse {}:{line}: {error}", shown(file))
    })?;
    let found = parsed.items.iter().find_map(|item| match item {
        Item::Fn(item) if item.sig.ident == function => Some((item.span(), item.block.span())),
        Item::Impl(block) => method(block, function),
        _ => None,
    });
    let missing = || format!("there is no function `{function}` in {}", shown(file));
    let (whole, body) = found.ok_or_else(missing)?;
    Ok(Function {
        whole: skip_bom(text, whole.byte_range()),
        body: skip_bom(text, body.byte_range()),
    })
}

fn method(block: &ItemImpl, function: &str) -> Option<(proc_macro2::Span, proc_macro2::Span)> {
    let Type::Path(path) = &*block.self_ty else {
        return None;
    };
    let of_type = &path.path.segments.last()?.ident;
    block.items.iter().find_map(|item| match item {
        ImplItem::Fn(item) if format!("{of_type}::{}", item.sig.ident) == function => {
            Some((item.span(), item.block.span()))
        }
        _ => None,
    })
}

/// The parser does not count a byte order mark, which some editors write.
fn skip_bom(text: &str, range: Range<usize>) -> Range<usize> {
    let bom = text.len() - text.trim_start_matches('\u{feff}').len();
    range.start + bom..range.end + bom
}

impl Function {
    /// The body, with its braces.
    pub fn body<'a>(&self, text: &'a str) -> &'a str {
        &text[self.body.clone()]
    }

    /// The text with another body, in the line ends of the text.
    pub fn with_body(&self, text: &str, body: &str) -> String {
        let (before, after) = (&text[..self.body.start], &text[self.body.end..]);
        let mut body = body.replace("\r\n", "\n");
        if text.contains("\r\n") {
            body = body.replace('\n', "\r\n");
        }
        format!("{before}{body}{after}")
    }

    /// The text with `todo!("task")` as the body, formatted as by rustfmt.
    pub fn with_todo(&self, text: &str, task: &str) -> String {
        let line = self.code(text);
        let margin = " ".repeat(line.len() - line.trim_start().len() + 4);
        let task = task.replace('\\', r"\\").replace('"', r#"\""#);
        let task = task.replace('{', "{{").replace('}', "}}");
        let mut todo = format!("todo!(\"{task}\")");
        if margin.len() + todo.chars().count() > WIDTH {
            let lines = wrap(&task, WIDTH - margin.len() - "    \" \\".len());
            let lines = lines.join(&format!(" \\\n{margin}     "));
            todo = format!("todo!(\n{margin}    \"{lines}\"\n{margin})");
        }
        let end = &margin[4..];
        self.with_body(text, &format!("{{\n{margin}{todo}\n{end}}}"))
    }

    /// The function with its docs, indented as in the file.
    pub fn code<'a>(&self, text: &'a str) -> &'a str {
        let line = text[..self.whole.start].rfind('\n');
        &text[line.map_or(0, |end| end + 1)..self.whole.end]
    }

    /// The line of its signature, from 1.
    pub fn line(&self, text: &str) -> usize {
        let lines = text[self.whole.start..self.body.start].lines();
        let docs = lines.take_while(|line| line.trim_start().starts_with(['#', '/']));
        1 + text[..self.whole.start].matches('\n').count() + docs.count()
    }
}

/// The words in lines of at most this width. Styles have no width.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let columns = 1 + measure_text_width(word);
        match lines.last_mut() {
            Some(line) if measure_text_width(line) + columns <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}
