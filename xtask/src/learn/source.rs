//! Finds functions in a source file and replaces their bodies. The rest of the file stays, byte by byte.

use std::ops::Range;
use std::path::Path;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Block, ImplItem, Item, Signature, Type};

use crate::failure::Failure;
use crate::files::shown;
use crate::style::wrap;

/// A function in a source text, as ranges of bytes.
pub struct Function {
    /// `function` or `Type::method`
    pub name: String,
    /// With its docs and attributes.
    whole: Range<usize>,
    signature: Range<usize>,
    /// With its braces.
    body: Range<usize>,
    /// The compiler takes no `todo!` as the body: it runs it, or gets a type from it.
    pub is_fixed: bool,
}

/// The widest line that rustfmt writes.
const WIDTH: usize = 100;

/// Finds `function`, or `Type::method` in any `impl` of the type. `file` is for messages.
pub fn find(text: &str, function: &str, file: &Path) -> Result<Function, Failure> {
    let mut functions = functions(text, file)?.into_iter();
    let found = functions.find(|one| one.name == function);
    let missing = || format!("there is no function `{function}` in {}", shown(file));
    found.ok_or_else(|| Failure::failed(missing()))
}

/// All functions and methods of the file, in its order.
pub fn functions(text: &str, file: &Path) -> Result<Vec<Function>, Failure> {
    let parsed = syn::parse_file(text).map_err(|error| {
        let (file, line) = (shown(file), error.span().start().line);
        Failure::failed(format!("cannot parse {file}:{line}: {error}"))
    })?;
    // The parser does not count a byte order mark, which some editors write.
    let bom = text.len() - text.trim_start_matches('\u{feff}').len();
    let range = |span: Span| span.byte_range().start + bom..span.byte_range().end + bom;
    let mut functions = Vec::new();
    let mut add = |of_type: &str, whole: Span, signature: &Signature, body: &Block| {
        let output = &text[range(signature.output.span())];
        functions.push(Function {
            name: format!("{of_type}{}", signature.ident),
            whole: range(whole),
            signature: range(signature.span()),
            body: range(body.span()),
            is_fixed: signature.constness.is_some() || output.contains("impl "),
        });
    };
    for item in &parsed.items {
        match item {
            Item::Fn(one) => add("", one.span(), &one.sig, &one.block),
            Item::Impl(block) => {
                let of_type = match &*block.self_ty {
                    Type::Path(of_type) => of_type.path.segments.last(),
                    _ => None,
                };
                let of_type = of_type.map_or(String::new(), |last| format!("{}::", last.ident));
                for item in &block.items {
                    if let ImplItem::Fn(one) = item {
                        add(&of_type, one.span(), &one.sig, &one.block);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(functions)
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
        let mut todo = match &task[..] {
            "" => "todo!()".into(),
            task => format!("todo!(\"{task}\")"),
        };
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
        1 + text[..self.signature.start].matches('\n').count()
    }
}
