//! `ErrorGroup`: never empty, no failure lost, one line, any depth.

use std::error::Error;

use step3_taskgroup::{ErrorGroup, ErrorNode, TaskName};

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
fn debug_shows_every_leaf_with_its_task_also_of_a_node() {
    let tree = group("batch", [leaf("a"), group("", [leaf("b")]).into()]);

    let of_group = format!("{tree:?}");
    let of_nodes = format!("{:?}", tree.nodes());
    for error in ["error: \"a\"", "error: \"b\"", "task: Body"] {
        assert!(of_group.contains(error), "{of_group}");
        assert!(of_nodes.contains(error), "{of_nodes}");
    }
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

#[test]
fn nothing_overflows_the_stack_two_hundred_thousand_levels_deep() {
    // A recursive version of any of these would need far more than a test thread's 2 MiB.
    let tree = deep(200_000);

    assert_eq!(tree.leaves().count(), 1);
    assert_eq!(tree.to_string(), "1 error: core");
    assert!(format!("{tree:?}").contains("core"));
    assert_eq!(tree.tree().to_string().lines().count(), 21);
    drop(tree);
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
