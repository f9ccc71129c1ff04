//! Where a function stands in a source file, and how its body is exchanged. Everything else in the
//! file stays as it is, to the byte.

use std::ops::Range;

use syn::spanned::Spanned;
use syn::{Block, ImplItem, Item, ItemImpl, Type};

/// A function in a source text, as byte ranges.
#[derive(Debug, PartialEq)]
pub struct Function {
    /// With its docs and attributes.
    pub whole: Range<usize>,
    /// With its braces.
    pub body: Range<usize>,
}

/// Why a function is not found.
#[derive(Debug, PartialEq)]
pub enum NotFound {
    /// The text is no Rust. The line is that of the first mistake.
    NotRust { line: usize, words: String },
    /// There is no function of that name.
    NoSuchFunction,
}

/// Finds `function`, or `Type::method` in any `impl` of the type.
pub fn find(text: &str, function: &str) -> Result<Function, NotFound> {
    let file = syn::parse_file(text).map_err(|error| NotFound::NotRust {
        line: error.span().start().line,
        words: error.to_string(),
    })?;
    let (of_type, name) = match function.split_once("::") {
        Some((of_type, name)) => (Some(of_type), name),
        None => (None, function),
    };
    let found = match of_type {
        Some(of_type) => file.items.iter().find_map(|item| match item {
            Item::Impl(block) if is_of(block, of_type) => method(block, name),
            _ => None,
        }),
        None => file.items.iter().find_map(|item| match item {
            Item::Fn(item) if item.sig.ident == name => Some((item.span(), &*item.block)),
            _ => None,
        }),
    };
    let (whole, body) = found.ok_or(NotFound::NoSuchFunction)?;
    let function = Function {
        whole: whole.byte_range(),
        body: body.span().byte_range(),
    };
    Ok(function.behind_mark(text))
}

fn is_of(block: &ItemImpl, name: &str) -> bool {
    let Type::Path(path) = &*block.self_ty else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|segment| segment.ident == name)
}

fn method<'a>(block: &'a ItemImpl, name: &str) -> Option<(proc_macro2::Span, &'a Block)> {
    block.items.iter().find_map(|item| match item {
        ImplItem::Fn(method) if method.sig.ident == name => Some((method.span(), &method.block)),
        _ => None,
    })
}

impl Function {
    /// The parser does not count the byte order mark that some editors put in front.
    fn behind_mark(self, text: &str) -> Self {
        let mark = text.len() - text.trim_start_matches('\u{feff}').len();
        let moved = |range: Range<usize>| range.start + mark..range.end + mark;
        Self {
            whole: moved(self.whole),
            body: moved(self.body),
        }
    }

    /// The text with another body, which begins and ends with a brace.
    pub fn with_body(&self, text: &str, body: &str) -> String {
        let (before, after) = (&text[..self.body.start], &text[self.body.end..]);
        format!("{before}{body}{after}")
    }

    /// The body that says what to write, as rustfmt would have it.
    pub fn stub(&self, text: &str, task: &str) -> String {
        let line = text[..self.whole.start]
            .rfind('\n')
            .map_or(0, |end| end + 1);
        let indentation = &text[line..self.whole.start];
        let todo = todo(task, indentation.len() + 4);
        let todo = todo.replace('\n', &format!("\n{indentation}    "));
        format!("{{\n{indentation}    {todo}\n{indentation}}}")
    }

    /// From its docs to its last brace, as far in as it stands there.
    pub fn text<'a>(&self, text: &'a str) -> &'a str {
        let line = text[..self.whole.start]
            .rfind('\n')
            .map_or(0, |end| end + 1);
        &text[line..self.whole.end]
    }

    /// The line in which it begins, from 1, without its docs.
    pub fn line(&self, text: &str) -> usize {
        let docs = text[self.whole.start..self.body.start]
            .lines()
            .take_while(|line| line.trim_start().starts_with(['#', '/']))
            .count();
        1 + text[..self.whole.start].matches('\n').count() + docs
    }
}

/// The widest line that rustfmt leaves alone.
const WIDTH: usize = 100;

/// `todo!("task")`, on as many lines as it takes behind a margin.
fn todo(task: &str, margin: usize) -> String {
    let words = task
        .replace('\\', r"\\")
        .replace('"', r#"\""#)
        .replace('{', "{{")
        .replace('}', "}}");
    let line = format!("todo!(\"{words}\")");
    if margin + line.chars().count() <= WIDTH {
        return line;
    }
    let room = WIDTH - margin - 4 - "\" \\".len();
    let mut lines = vec![String::new()];
    for word in words.split(' ') {
        let last = lines.last_mut().expect("there is one to begin with");
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= room {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    format!("todo!(\n    \"{}\"\n)", lines.join(" \\\n     "))
}

#[cfg(test)]
mod tests {
    use super::{NotFound, find, todo};

    const TEXT: &str = "\
// äöü: bytes are not characters
fn other() {}

/// Docs.
async fn wait(a: u8) -> u8 {
    // A comment.
    a
}

impl<T> Display for Pair<T> {
    fn fmt(&self) -> Result { Ok(()) }
}

impl Pair<u8> {
    /// Docs.
    #[must_use]
    fn wait(&self) -> Option<u8> {
        None // {
    }
}
";

    fn stubbed(function: &str) -> String {
        let found = find(TEXT, function).unwrap();
        found.with_body(TEXT, &found.stub(TEXT, "do it"))
    }

    #[test]
    fn only_the_body_is_exchanged() {
        let expected = TEXT.replace(
            "{\n    // A comment.\n    a\n}",
            "{\n    todo!(\"do it\")\n}",
        );
        assert_eq!(stubbed("wait"), expected);
        let expected = TEXT.replace(
            "{\n        None // {\n    }",
            "{\n        todo!(\"do it\")\n    }",
        );
        assert_eq!(stubbed("Pair::wait"), expected);
        let expected = TEXT.replace("{ Ok(()) }", "{\n        todo!(\"do it\")\n    }");
        assert_eq!(stubbed("Pair::fmt"), expected);
    }

    #[test]
    fn a_byte_order_mark_moves_nothing() {
        let marked = format!("\u{feff}{TEXT}");
        let found = find(&marked, "wait").unwrap();
        let plain = find(TEXT, "wait").unwrap();
        assert_eq!(found.text(&marked), plain.text(TEXT));
    }

    #[test]
    fn a_function_is_shown_with_its_docs_and_begins_behind_them() {
        let found = find(TEXT, "Pair::wait").unwrap();
        assert!(
            found
                .text(TEXT)
                .starts_with("    /// Docs.\n    #[must_use]\n")
        );
        assert_eq!(found.line(TEXT), 17);
        assert_eq!(find(TEXT, "other").unwrap().line(TEXT), 2);
    }

    #[test]
    fn what_is_not_there_and_what_is_no_rust_are_told_apart() {
        assert_eq!(find(TEXT, "gone"), Err(NotFound::NoSuchFunction));
        assert_eq!(find(TEXT, "Pair::other"), Err(NotFound::NoSuchFunction));
        let broken = find("fn a() {\n    let = 3;\n}\n", "a");
        assert!(matches!(broken, Err(NotFound::NotRust { line: 2, .. })));
    }

    #[test]
    fn a_long_task_is_broken_as_rustfmt_leaves_it_and_no_brace_is_a_placeholder() {
        assert_eq!(todo("a {\"b\"} \\", 4), r#"todo!("a {{\"b\"}} \\")"#);
        let long = todo(&"word ".repeat(40), 4);
        assert!(long.starts_with("todo!(\n    \"word"));
        assert!(long.lines().all(|line| line.len() + 4 <= 100));
    }
}
