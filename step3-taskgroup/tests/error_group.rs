//! `ErrorGroup`: never empty, no failure lost, one line, any depth.

use std::error::Error;
use std::fmt::{self, Display};

use step3_taskgroup::{ErrorGroup, ErrorNode, Leaf, TaskName};

#[track_caller]
fn leaf(error: &'static str) -> ErrorNode<&'static str> {
    ErrorNode::from(error)
}

fn group<const N: usize>(
    message: &'static str,
    nodes: [ErrorNode<&'static str>; N],
) -> ErrorGroup<&'static str> {
    ErrorGroup::new(message, nodes).expect("not empty")
}

/// `levels` groups, each around the next, and a leaf in the innermost.
fn deep(levels: usize) -> ErrorGroup<&'static str> {
    let mut tree = group("", [leaf("core")]);
    for _ in 1..levels {
        tree = group("", [tree.into()]);
    }
    tree
}

#[test]
fn an_empty_group_cannot_be_made() {
    assert!(ErrorGroup::<&str>::new("nothing failed", []).is_none());
}

#[test]
fn leaves_come_depth_first_and_in_order() {
    let tree = group(
        "",
        [
            leaf("a"),
            group("", [leaf("b"), leaf("c")]).into(),
            leaf("d"),
        ],
    );

    let errors: Vec<_> = tree.leaves().map(|leaf| leaf.error).collect();
    assert_eq!(errors, ["a", "b", "c", "d"]);
}

#[test]
fn display_counts_every_leaf_and_shows_the_first_three() {
    assert_eq!(group("", [leaf("a")]).to_string(), "1 error: a");
    assert_eq!(
        group("", [leaf("a"), leaf("b")]).to_string(),
        "2 errors: a; b"
    );
    assert_eq!(
        group("", [leaf("a"), leaf("b"), leaf("c")]).to_string(),
        "3 errors: a; b; c"
    );

    let tree = group(
        "",
        [
            leaf("a"),
            group("", [leaf("b"), leaf("c"), leaf("d")]).into(),
        ],
    );
    assert_eq!(tree.to_string(), "4 errors: a; b; c; and 1 more");
}

#[test]
fn debug_shows_the_nesting_and_every_leaf_with_its_task_and_source_line() {
    let line = line!() + 1;
    let [a, b] = [leaf("a"), leaf("b")];
    let tree = group("batch", [a, group("inner", [b]).into()]);

    let here = "step3-taskgroup/tests/error_group.rs";
    let expected = format!(
        "batch (2)\n  body: \"a\" ({here}:{line})\n  inner (1)\n    body: \"b\" ({here}:{line})",
    );
    assert_eq!(format!("{tree:?}").replace('\\', "/"), expected);
}

#[test]
fn debug_shows_leaves_below_the_deepest_group_that_it_shows() {
    let text = format!("{:?}", deep(100));
    assert!(text.contains("body: \"core\""), "{text}");
}

#[test]
fn display_begins_with_the_message_if_there_is_one() {
    let errors = group("", [leaf("a")]).with_message("loading the page");

    assert_eq!(errors.message(), "loading the page");
    assert_eq!(errors.to_string(), "loading the page: 1 error: a");
}

#[test]
fn display_is_one_line_whatever_the_errors_contain() {
    let forged = "boom\r\n2026-01-01 INFO all is well\n";
    let errors = group("a\nb", [leaf(forged)]);

    assert_eq!(
        errors.to_string(),
        "a b: 1 error: boom  2026-01-01 INFO all is well "
    );
}

#[test]
fn control_characters_and_line_separators_cannot_leave_the_line() {
    let forged = "a\u{1b}[2J\0b\u{85}c\u{2028}d\u{2029}e\u{b}f\u{7f}";
    let errors = group(forged, [leaf(forged)]);
    let shown = "a\\u{1b}[2J\\0b c d e f\\u{7f}";

    assert_eq!(errors.to_string(), format!("{shown}: 1 error: {shown}"));
    for text in [errors.tree().to_string(), format!("{errors:?}")] {
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.replace('\n', "").contains(char::is_control), "{text}");
        assert!(!text.contains(['\u{85}', '\u{2028}', '\u{2029}']), "{text}");
    }
}

#[test]
fn a_text_is_cut_after_five_hundred_characters() {
    let long: &str = "é".repeat(1_000_000).leak();
    let errors = group(long, [leaf(long)]);
    let shown = format!("{}…", "é".repeat(500));

    assert_eq!(errors.to_string(), format!("{shown}: 1 error: {shown}"));
    assert!(errors.tree().to_string().chars().count() < 1_200);
    assert!(format!("{errors:?}").chars().count() < 1_200);

    let fits = group("", [leaf("é".repeat(500).leak())]);
    assert_eq!(fits.to_string(), format!("1 error: {}", "é".repeat(500)));
}

#[test]
fn the_tree_has_a_line_for_each_error_with_its_task_and_source_line() {
    let line = line!() + 1;
    let [a, b] = [leaf("a\nb"), leaf("b")];
    let tree = group("", [a, group("loading orders", [b]).into()]);

    let here = "step3-taskgroup/tests/error_group.rs";
    let expected = format!(
        "error group (2)\n  body: a b ({here}:{line})\n  loading orders (1)\n    body: b ({here}:{line})",
    );
    // On Windows the location has other separators.
    assert_eq!(tree.tree().to_string().replace('\\', "/"), expected);
}

#[test]
fn the_tree_ends_at_a_depth_of_twenty_groups_and_says_so() {
    let text = deep(100).tree().to_string();

    assert_eq!(text.lines().count(), 21);
    assert!(text.ends_with("error group (1) ..."), "{text}");
}

#[test]
fn the_question_mark_makes_a_leaf_of_the_body_with_its_own_line() {
    fn body() -> Result<(), ErrorNode<&'static str>> {
        Err("boom")?;
        Ok(())
    }

    let line = line!() - 4;
    let Err(ErrorNode::Leaf(leaf)) = body() else {
        panic!("not a leaf");
    };
    assert_eq!(leaf.task, TaskName::Body);
    assert_eq!(leaf.location.line(), line);
}

#[test]
fn the_question_mark_makes_a_group_of_a_group() {
    fn body() -> Result<(), ErrorNode<&'static str>> {
        Err(group("inner", [leaf("boom")]))?;
        Ok(())
    }

    assert!(matches!(body(), Err(ErrorNode::Group(inner)) if inner.message() == "inner"));
}

#[test]
fn a_group_of_any_error_is_an_error() {
    fn is_error(_: &impl Error) {}

    is_error(&group("", [leaf("text")]));
    let boxed: Box<dyn Error + Send + Sync> = "boxed".into();
    is_error(&ErrorGroup::new("", [ErrorNode::from(boxed)]).unwrap());
}

/// An error with a cause, which has a cause.
#[derive(Debug)]
struct Chain(&'static [&'static str], Option<Box<Self>>);

impl Chain {
    fn new(texts: &'static [&'static str]) -> Self {
        let cause = (texts.len() > 1).then(|| Box::new(Self::new(&texts[1..])));
        Self(texts, cause)
    }
}

impl Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0[0])
    }
}

impl Error for Chain {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|cause| cause as _)
    }
}

const CHAIN: &[&str] = &["cannot load", "cannot connect", "refused\nby peer"];

fn boxed() -> ErrorNode<Box<dyn Error + Send + Sync>> {
    let error: Box<dyn Error + Send + Sync> = Box::new(Chain::new(CHAIN));
    ErrorNode::from(error)
}

#[test]
fn the_tree_shows_the_causes_of_boxed_errors() {
    let group = ErrorGroup::new("", [boxed()]).unwrap();
    let tree = group.tree().to_string();

    let causes = "\n    caused by: cannot connect\n    caused by: refused by peer";
    assert!(tree.ends_with(causes), "{tree}");
}

#[test]
fn the_tree_shows_the_causes_of_an_error_type_on_request() {
    let group = ErrorGroup::new("", [ErrorNode::from(Chain::new(CHAIN))]).unwrap();
    let tree = group.tree().with_causes().to_string();

    let causes = "\n    caused by: cannot connect\n    caused by: refused by peer";
    assert!(tree.ends_with(causes), "{tree}");
}

#[test]
fn the_alternate_line_shows_the_causes_of_boxed_errors() {
    let group = ErrorGroup::new("", [boxed(), boxed()]).unwrap();

    assert_eq!(group.to_string(), "2 errors: cannot load; cannot load");
    let one = "cannot load: cannot connect: refused by peer";
    assert_eq!(format!("{group:#}"), format!("2 errors: {one}; {one}"));
}

#[test]
fn the_source_of_a_group_of_one_is_its_error() {
    let group = ErrorGroup::new("", [boxed()]).unwrap();
    let error = group.source().unwrap();
    assert!(error.is::<Chain>());
    assert_eq!(error.source().unwrap().to_string(), "cannot connect");

    let two = ErrorGroup::new("", [boxed(), boxed()]).unwrap();
    assert!(two.source().is_none());

    let nested = ErrorGroup::new("", [ErrorNode::Group(group)]).unwrap();
    assert!(nested.source().unwrap().is::<Chain>());
}

#[test]
fn the_source_of_a_group_of_one_that_is_not_boxed_is_its_leaf() {
    let group = group("", [leaf("boom")]);
    let source = group.source().unwrap();

    assert_eq!(source.to_string(), "boom");
    let leaf: &Leaf<&str> = source.downcast_ref().unwrap();
    assert_eq!(leaf.error, "boom");
    assert!(leaf.source().is_none());
}

#[test]
fn the_error_of_a_group_of_one_can_be_taken() {
    assert_eq!(deep(3).into_single().unwrap(), "core");

    let two = group("", [leaf("a"), group("", [leaf("b")]).into()]);
    assert_eq!(two.into_single().unwrap_err().to_string(), "2 errors: a; b");
}

#[test]
fn leaves_can_be_taken_and_counted() {
    let inner = group("", [leaf("b"), leaf("c")]);
    let tree = group("", [leaf("a"), inner.into(), leaf("d")]);

    assert_eq!(tree.len(), 4);
    let errors: Vec<_> = tree
        .into_leaves()
        .into_iter()
        .map(|leaf| leaf.error)
        .collect();
    assert_eq!(errors, ["a", "b", "c", "d"]);
}

#[test]
fn nothing_overflows_the_stack_at_least_fifty_thousand_levels_deep() {
    // A recursive version of any of these would need far more than a test thread's 2 MiB.
    let long = std::env::var_os("LONG_TESTS").is_some_and(|value| value == "1");
    let levels = if long { 200_000 } else { 50_000 };
    let tree = deep(levels);

    assert_eq!(tree.leaves().count(), 1);
    assert_eq!(tree.to_string(), "1 error: core");
    assert!(format!("{tree:?}").contains("core"));
    assert_eq!(tree.tree().to_string().lines().count(), 21);
    assert_eq!(tree.source().unwrap().to_string(), "core");
    assert_eq!(tree.into_leaves().len(), 1);
    drop(deep(levels));
}

#[test]
fn taking_a_group_apart_gives_its_message_and_its_nodes_in_order() {
    let tree = group("outer", [leaf("a"), group("inner", [leaf("b")]).into()]);
    let (message, nodes) = tree.into_parts();

    assert_eq!(message, "outer");
    assert!(matches!(&nodes[0], ErrorNode::Leaf(leaf) if leaf.error == "a"));
    assert!(matches!(&nodes[1], ErrorNode::Group(inner) if inner.message() == "inner"));
    assert_eq!(nodes.len(), 2);
}
