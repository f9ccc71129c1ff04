//! What there is to check in a page: its console blocks, its *Break it* boxes, its links.

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

#[derive(Debug, PartialEq)]
pub enum Item {
    /// A block tagged `console`.
    Console(Fence),
    /// A block tagged `diff`, and behind it one tagged `console` that begins with `cargo test`.
    BreakIt {
        change: Fence,
        console: Fence,
    },
    Link(Link),
}

/// A fenced block.
#[derive(Clone, Debug, PartialEq)]
pub struct Fence {
    /// The line of the opening fence, from 1.
    pub line: usize,
    /// What stands in front of each of its lines, if it is in a list or a quotation.
    pub margin: String,
    pub lines: Vec<String>,
}

#[derive(Debug, PartialEq)]
pub struct Link {
    pub line: usize,
    pub target: String,
    /// The text, if it is nothing but code.
    pub code: Option<String>,
}

/// The new content of a block.
pub struct Edit {
    pub fence: Fence,
    pub lines: Vec<String>,
}

pub fn items(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut boxes = Boxes::default();
    let mut fence: Option<(String, Fence, String)> = None;
    let mut link: Option<(Link, String)> = None;

    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let line_number = || 1 + text[..range.start].matches('\n').count();
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let opened = Fence {
                    line: line_number(),
                    margin: margin(text, range.start),
                    lines: Vec::new(),
                };
                fence = Some((tag(&kind), opened, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((tag, mut closed, content)) = fence.take() {
                    closed.lines = content.lines().map(String::from).collect();
                    items.extend(boxes.fence(&tag, closed));
                }
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) if !matches!(link_type, LinkType::Autolink | LinkType::Email) => {
                let opened = Link {
                    line: line_number(),
                    target: dest_url.into_string(),
                    code: None,
                };
                link = Some((opened, String::new()));
            }
            Event::Start(Tag::Image { dest_url, .. }) => items.push(Item::Link(Link {
                line: line_number(),
                target: dest_url.into_string(),
                code: None,
            })),
            Event::End(TagEnd::Link) => {
                if let Some((mut closed, other_text)) = link.take() {
                    closed.code = closed.code.filter(|_| other_text.is_empty());
                    items.push(Item::Link(closed));
                }
            }
            Event::Code(code) => {
                if let Some((link, _)) = &mut link {
                    link.code.get_or_insert_default().push_str(&code);
                }
            }
            Event::Text(words) => {
                if let Some((_, _, content)) = &mut fence {
                    content.push_str(&words);
                } else if let Some((_, other_text)) = &mut link {
                    other_text.push_str(&words);
                }
            }
            Event::Start(Tag::Paragraph) => boxes.paragraph(),
            Event::Start(
                Tag::Heading { .. }
                | Tag::BlockQuote(_)
                | Tag::List(_)
                | Tag::Item
                | Tag::Table(_)
                | Tag::HtmlBlock,
            )
            | Event::Rule => boxes.end(),
            _ => {}
        }
    }
    items
}

/// A block `diff` that waits for its `console`. One paragraph may stand between the two.
#[derive(Default)]
struct Boxes {
    change: Option<Fence>,
    paragraphs: usize,
}

impl Boxes {
    fn fence(&mut self, tag: &str, fence: Fence) -> Option<Item> {
        let change = self.change.take();
        match tag {
            "diff" => {
                self.change = Some(fence);
                self.paragraphs = 0;
                None
            }
            "console" => Some(match change {
                Some(change) if is_test(&fence) => Item::BreakIt {
                    change,
                    console: fence,
                },
                _ => Item::Console(fence),
            }),
            _ => None,
        }
    }

    fn paragraph(&mut self) {
        self.paragraphs += 1;
        if self.paragraphs > 1 {
            self.end();
        }
    }

    fn end(&mut self) {
        self.change = None;
    }
}

fn is_test(fence: &Fence) -> bool {
    fence
        .lines
        .first()
        .is_some_and(|line| line.starts_with("$ cargo test"))
}

fn tag(kind: &CodeBlockKind) -> String {
    match kind {
        CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or("").into(),
        CodeBlockKind::Indented => String::new(),
    }
}

/// The marks of a quotation stay; the bullet of a list becomes blanks.
fn margin(text: &str, fence: usize) -> String {
    let start = text[..fence].rfind('\n').map_or(0, |end| end + 1);
    text[start..fence]
        .chars()
        .map(|mark| if mark == '>' { '>' } else { ' ' })
        .collect()
}

/// The page with new content in these blocks, which are in the order of the page.
pub fn rewrite(text: &str, edits: Vec<Edit>) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    // From the last to the first, so that the line numbers of the others stay true.
    for Edit { fence, lines: new } in edits.into_iter().rev() {
        let new = new
            .iter()
            .map(|line| format!("{}{line}", fence.margin).trim_end().to_string());
        lines.splice(fence.line..fence.line + fence.lines.len(), new);
    }
    let mut rewritten = lines.join(end);
    if text.ends_with('\n') {
        rewritten.push_str(end);
    }
    rewritten
}

#[cfg(test)]
mod tests {
    use super::{Edit, Fence, Item, Link, items, rewrite};

    fn fence(line: usize, margin: &str, lines: &[&str]) -> Fence {
        Fence {
            line,
            margin: margin.into(),
            lines: lines.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn only_blocks_tagged_console_are_checked() {
        let page = "a\n\n```console\n$ cargo x\nout\n```\n\n```text\n$ cargo y\n```\n\n    $ z\n";
        assert_eq!(
            items(page),
            [Item::Console(fence(3, "", &["$ cargo x", "out"]))]
        );
    }

    #[test]
    fn a_block_in_a_list_or_a_quotation_has_a_margin() {
        assert_eq!(
            items("- ```console\n  $ cargo x\n  ```\n"),
            [Item::Console(fence(1, "  ", &["$ cargo x"]))]
        );
        assert_eq!(
            items("> ```console\n> $ cargo x\n> ```\n"),
            [Item::Console(fence(1, "> ", &["$ cargo x"]))]
        );
    }

    #[test]
    fn a_diff_and_then_a_cargo_test_are_a_box_and_a_paragraph_may_stand_between() {
        for (between, line) in [("", 5), ("Then:\n\n", 7)] {
            let page =
                format!("```diff\n# a.rs\n-x\n```\n{between}```console\n$ cargo test\nno\n```\n");
            let expected = Item::BreakIt {
                change: fence(1, "", &["# a.rs", "-x"]),
                console: fence(line, "", &["$ cargo test", "no"]),
            };
            assert_eq!(items(&page), [expected]);
        }
    }

    #[test]
    fn a_diff_further_away_or_before_another_command_belongs_to_no_box() {
        for behind in [
            "One.\n\nTwo.\n\n```console\n$ cargo test\n```\n",
            "# New\n\n```console\n$ cargo test\n```\n",
            "```text\n```\n\n```console\n$ cargo test\n```\n",
            "```console\n$ cargo run\n```\n",
        ] {
            let items = items(&format!("```diff\n-x\n```\n\n{behind}"));
            assert!(matches!(items.as_slice(), [Item::Console(_)]), "{behind}");
        }
    }

    #[test]
    fn a_link_has_its_line_its_target_and_its_code() {
        let page = "[a](x.md)\n[`b::c`](y.rs#L1) and [d `e`](z.rs), <https://example.com>\n[f]\n\n[f]: w.md\n";
        let link = |line, target: &str, code: Option<&str>| {
            Item::Link(Link {
                line,
                target: target.into(),
                code: code.map(String::from),
            })
        };
        assert_eq!(
            items(page),
            [
                link(1, "x.md", None),
                link(2, "y.rs#L1", Some("b::c")),
                link(2, "z.rs", None),
                link(3, "w.md", None),
            ]
        );
    }

    #[test]
    fn an_image_is_a_link() {
        let items = items("![a timeline](timeline.svg)\n");
        assert!(matches!(items.as_slice(), [Item::Link(link)] if link.target == "timeline.svg"));
    }

    #[test]
    fn new_content_takes_the_place_of_the_old_and_nothing_else_changes() {
        let page =
            "a\r\n```console\r\n$ x\r\n?\r\n```\r\n> ```console\r\n> $ y\r\n> ?\r\n> ```\r\n";
        let edits = items(page)
            .into_iter()
            .filter_map(|item| match item {
                Item::Console(fence) => Some(fence),
                _ => None,
            })
            .map(|fence| Edit {
                lines: vec![
                    fence.lines[0].clone(),
                    "1".into(),
                    String::new(),
                    "2".into(),
                ],
                fence,
            })
            .collect();
        assert_eq!(
            rewrite(page, edits),
            "a\r\n```console\r\n$ x\r\n1\r\n\r\n2\r\n```\r\n\
             > ```console\r\n> $ y\r\n> 1\r\n>\r\n> 2\r\n> ```\r\n"
        );
    }
}
