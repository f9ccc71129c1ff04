//! What stands in a page: its headings, its fenced blocks, its links.

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

#[derive(Debug, PartialEq)]
pub enum Part {
    Heading {
        line: usize,
        /// 1 is the page's title.
        level: usize,
        text: String,
    },
    /// A paragraph begins.
    Paragraph,
    Fence {
        /// The first word behind the opening fence: `rust`, `diff`.
        tag: String,
        fence: Fence,
    },
    Link(Link),
    /// A list, a table, a quotation, a rule begins.
    Other,
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

pub fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut heading: Option<String> = None;
    let mut fence: Option<(String, Fence, String)> = None;
    let mut link: Option<(Link, String)> = None;

    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let line_number = || 1 + text[..range.start].matches('\n').count();
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(level)) => parts.push(Part::Heading {
                line: line_number(),
                level: level as usize,
                text: heading.take().unwrap_or_default(),
            }),
            Event::Start(Tag::CodeBlock(kind)) => {
                let opened = Fence {
                    line: line_number(),
                    margin: margin(text, range.start),
                    lines: Vec::new(),
                };
                fence = Some((tag(&kind), opened, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((tag, mut fence, content)) = fence.take() {
                    fence.lines = content.lines().map(String::from).collect();
                    parts.push(Part::Fence { tag, fence });
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
            Event::Start(Tag::Image { dest_url, .. }) => parts.push(Part::Link(Link {
                line: line_number(),
                target: dest_url.into_string(),
                code: None,
            })),
            Event::End(TagEnd::Link) => {
                if let Some((mut closed, other_text)) = link.take() {
                    closed.code = closed.code.filter(|_| other_text.is_empty());
                    parts.push(Part::Link(closed));
                }
            }
            Event::Code(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
                if let Some((link, _)) = &mut link {
                    link.code.get_or_insert_default().push_str(&words);
                }
            }
            Event::Text(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
                if let Some((_, _, content)) = &mut fence {
                    content.push_str(&words);
                } else if let Some((_, other_text)) = &mut link {
                    other_text.push_str(&words);
                }
            }
            Event::Start(Tag::Paragraph) => parts.push(Part::Paragraph),
            Event::Start(
                Tag::BlockQuote(_) | Tag::List(_) | Tag::Item | Tag::Table(_) | Tag::HtmlBlock,
            )
            | Event::Rule => parts.push(Part::Other),
            _ => {}
        }
    }
    parts
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

#[cfg(test)]
mod tests {
    use super::{Fence, Link, Part, parts};

    #[test]
    fn a_heading_has_its_line_its_level_and_its_words_without_their_marks() {
        let heading = |line, level, text: &str| Part::Heading {
            line,
            level,
            text: text.into(),
        };
        assert_eq!(
            parts("# One\n\n## *Two* and `three`\n"),
            [heading(1, 1, "One"), heading(3, 2, "Two and three")]
        );
    }

    #[test]
    fn a_block_in_a_list_or_a_quotation_has_a_margin() {
        for (page, margin) in [
            ("- ```diff\n  -x\n  ```\n", "  "),
            ("> ```diff\n> -x\n> ```\n", "> "),
        ] {
            let expected = Part::Fence {
                tag: "diff".into(),
                fence: Fence {
                    line: 1,
                    margin: margin.into(),
                    lines: vec!["-x".into()],
                },
            };
            assert!(parts(page).contains(&expected), "{page}");
        }
    }

    #[test]
    fn a_link_has_its_line_its_target_and_its_code() {
        let page = "[a](x.md)\n[`b::c`](y.rs#L1) and [d `e`](z.rs), <https://example.com>\n[f]\n\n[f]: w.md\n";
        let link = |line, target: &str, code: Option<&str>| {
            Part::Link(Link {
                line,
                target: target.into(),
                code: code.map(String::from),
            })
        };
        assert_eq!(
            parts(page),
            [
                Part::Paragraph,
                link(1, "x.md", None),
                link(2, "y.rs#L1", Some("b::c")),
                link(2, "z.rs", None),
                link(3, "w.md", None),
            ]
        );
    }

    #[test]
    fn an_image_is_a_link() {
        let parts = parts("![a timeline](timeline.svg)\n");
        assert!(matches!(&parts[1], Part::Link(link) if link.target == "timeline.svg"));
    }
}
