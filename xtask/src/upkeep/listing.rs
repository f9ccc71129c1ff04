//! Compares code on a page with the lesson's file, item by item. Comments and docs do not count.

use std::fs;
use std::mem;
use std::path::Path;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Item, UseTree};

/// An item, a method with the head of its `impl` block, or one name of a `use` line. So a page may show
/// some methods of a block, and some names of a line.
type Part = Vec<Token>;
/// With its line, from 1.
type Token = (String, usize);

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
        let is_equal = |other: &Part| similarity(&other) == part.len() + other.len();
        if real.iter().any(is_equal) {
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

/// The number of pairs of equal tokens before the first other pair.
fn same<'a>(pairs: impl Iterator<Item = (&'a Token, &'a Token)>) -> usize {
    let equal = pairs.take_while(|((one, _), (other, _))| one == other);
    equal.count()
}

fn parts(code: &str) -> syn::Result<Vec<Part>> {
    let mut parts = Vec::new();
    for item in syn::parse_file(code)?.items {
        match item {
            Item::Impl(mut block) => {
                let items = mem::take(&mut block.items);
                let head = tokens(block);
                parts.push(head.clone());
                parts.extend(
                    items
                        .into_iter()
                        .map(|item| [head.clone(), tokens(item)].concat()),
                );
            }
            Item::Use(item) => {
                let path = [tokens(item.vis), tokens(item.use_token)].concat();
                add_names(&item.tree, path, &mut parts);
            }
            _ => parts.push(tokens(item)),
        }
    }
    Ok(parts)
}

fn add_names(tree: &UseTree, mut path: Part, parts: &mut Vec<Part>) {
    match tree {
        UseTree::Path(tree) => {
            path.extend(tokens(&tree.ident));
            add_names(&tree.tree, path, parts);
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                add_names(tree, path.clone(), parts);
            }
        }
        _ => {
            path.extend(tokens(tree));
            parts.push(path);
        }
    }
}

fn tokens(code: impl ToTokens) -> Part {
    let mut tokens = Part::new();
    add_tokens(code.into_token_stream(), &mut tokens);
    tokens
}

fn add_tokens(stream: TokenStream, tokens: &mut Part) {
    let token = |text: &str, span: Span| (text.to_owned(), span.start().line);
    for tree in stream {
        let TokenTree::Group(group) = tree else {
            tokens.push(token(&tree.to_string(), tree.span()));
            continue;
        };
        // A doc comment is `#[doc = "..."]`, or with `#!`.
        if group.stream().to_string().starts_with("doc =") {
            while tokens
                .pop_if(|(text, _)| text == "#" || text == "!")
                .is_some()
            {}
            continue;
        }
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket | Delimiter::None => ("[", "]"),
        };
        tokens.push(token(open, group.span_open()));
        add_tokens(group.stream(), tokens);
        tokens.push(token(close, group.span_close()));
    }
}
