//! Compares code on a page with the lesson's file, item by item. Blanks, comments and docs do not count.

use std::fs;
use std::ops::Range;
use std::path::Path;

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Item, UseTree};

/// The characters of an item, of a method after the head of its `impl` block, or of one name of a `use`
/// line, each with its line from 1. So a page may show some methods of a block, and some names of a line.
type Part = Vec<(char, usize)>;

/// Compares a block of the page at `path` with `file`. An error is what is wrong, and at which of the
/// block's lines, from 1.
pub fn compare(block: &str, file: &str, path: &Path) -> Result<(), (usize, String)> {
    let missing = |_| (0, format!("there is no file `{file}`"));
    let text = fs::read_to_string(path.with_file_name(file)).map_err(missing)?;
    let real = parts(&text).map_err(|error| (0, format!("{file}: {error}")))?;
    let shown = parts(block).map_err(|error| (error.span().start().line, error.to_string()))?;
    for part in &shown {
        let from_start = |other: &Part| same(part.iter().zip(other));
        let from_end = |other: &Part| same(part.iter().rev().zip(other.iter().rev()));
        let similarity = |other: &&Part| from_start(other) + from_end(other);
        if real
            .iter()
            .any(|other| similarity(&other) == part.len() + other.len())
        {
            continue;
        }
        let similar = real.iter().max_by_key(similarity).unwrap_or(part);
        let index = from_start(similar);
        let lines = [(part, block), (similar, &text)].map(|(part, text)| {
            let line = part[index.min(part.len() - 1)].1;
            (line, text.lines().nth(line - 1).unwrap_or_default().trim())
        });
        let [(line, shown), (other, real)] = lines;
        let message = format!("not in {file}: {shown}\n  most similar, line {other}: {real}");
        return Err((line, message));
    }
    Ok(())
}

/// The number of equal characters before the first other pair.
fn same<'a>(pairs: impl Iterator<Item = (&'a (char, usize), &'a (char, usize))>) -> usize {
    pairs.take_while(|(one, other)| one.0 == other.0).count()
}

fn parts(text: &str) -> syn::Result<Vec<Part>> {
    let part = |from: Span, to: Span| code(text, from.byte_range().start..to.byte_range().end);
    let mut parts = Vec::new();
    for item in syn::parse_file(text)?.items {
        match item {
            Item::Impl(block) => {
                let head = part(block.span(), block.brace_token.span.open());
                parts.push(head.clone());
                for item in &block.items {
                    parts.push([head.clone(), part(item.span(), item.span())].concat());
                }
            }
            Item::Use(item) => {
                let head = part(item.span(), item.use_token.span());
                add_names(&item.tree, head, &mut parts);
            }
            _ => parts.push(part(item.span(), item.span())),
        }
    }
    Ok(parts)
}

/// Without blanks and comments.
fn code(text: &str, range: Range<usize>) -> Part {
    let first = 1 + text[..range.start].matches('\n').count();
    let mut part = Part::new();
    for (code, line) in text[range].lines().zip(first..) {
        let is_comment = code.trim_start().starts_with("//");
        let code = code.split(" // ").next().filter(|_| !is_comment);
        let characters = code.unwrap_or_default().chars();
        part.extend(
            characters
                .filter(|one| !one.is_whitespace())
                .map(|one| (one, line)),
        );
    }
    part
}

fn add_names(tree: &UseTree, mut path: Part, parts: &mut Vec<Part>) {
    let mut add = |name: &dyn ToTokens, span: Span| {
        let name = name.to_token_stream().to_string();
        path.extend(name.chars().map(|one| (one, span.start().line)));
    };
    match tree {
        UseTree::Path(tree) => {
            add(&tree.ident, tree.ident.span());
            add_names(&tree.tree, path, parts);
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                add_names(tree, path.clone(), parts);
            }
        }
        _ => {
            add(tree, tree.span());
            parts.push(path);
        }
    }
}
