//! What there is to check in a page: its console blocks, its *Break it* boxes, its links.

use crate::page::{Fence, Link, Part, parts};

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

/// The new content of a block.
pub struct Edit {
    pub fence: Fence,
    pub lines: Vec<String>,
}

pub fn items(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut boxes = Boxes::default();
    for part in parts(text) {
        match part {
            Part::Fence { tag, fence } => items.extend(boxes.fence(&tag, fence)),
            Part::Link(link) => items.push(Item::Link(link)),
            Part::Paragraph => boxes.paragraph(),
            Part::Heading { .. } | Part::Other => boxes.end(),
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
    use super::{Edit, Fence, Item, items, rewrite};

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
