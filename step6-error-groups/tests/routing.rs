//! Splitting and handling a group by type: no leaf is lost, and each half keeps the shape.

use std::cell::Cell;
use std::fmt;
use std::num::ParseIntError;

use step3_taskgroup::{ErrorGroup, ErrorNode, TaskGroup};
use step6_error_groups::{BoxError, Except, map_errors, route, split, split_type, subgroup};

fn leaf(error: &'static str) -> ErrorNode<&'static str> {
    ErrorNode::from(error)
}

fn group<E, const N: usize>(message: &'static str, nodes: [ErrorNode<E>; N]) -> ErrorGroup<E> {
    ErrorGroup::new(message, nodes).expect("not empty")
}

/// A tree as text: messages, nesting and errors, without tasks and source lines.
fn shape(tree: Option<ErrorGroup<&'static str>>) -> String {
    fn write(group: &ErrorGroup<&'static str>) -> String {
        let nodes = group.nodes().iter().map(|node| match node {
            ErrorNode::Leaf(leaf) => leaf.error.to_owned(),
            ErrorNode::Group(inner) => write(inner),
        });
        format!(
            "{}[{}]",
            group.message(),
            nodes.collect::<Vec<_>>().join(" ")
        )
    }
    tree.map_or_else(|| "nothing".to_owned(), |tree| write(&tree))
}

fn tree() -> ErrorGroup<&'static str> {
    group(
        "all",
        [
            leaf("a1"),
            group("left", [leaf("b1"), leaf("a2")]).into(),
            group("right", [leaf("b2")]).into(),
            leaf("b3"),
        ],
    )
}

#[test]
fn a_split_keeps_messages_nesting_and_order_in_both_halves() {
    let (a, b) = split(tree(), |error| error.starts_with('a'));

    assert_eq!(shape(a), "all[a1 left[a2]]");
    assert_eq!(shape(b), "all[left[b1] right[b2] b3]");
}

#[test]
fn a_half_without_leaves_is_none() {
    let (all, none) = split(tree(), |_| true);
    assert_eq!(shape(all), shape(Some(tree())));
    assert_eq!(shape(none), "nothing");

    let (none, all) = split(tree(), |_| false);
    assert_eq!(shape(none), "nothing");
    assert_eq!(shape(all), shape(Some(tree())));
}

#[test]
fn the_predicate_sees_every_leaf_once_and_in_order() {
    let mut seen = Vec::new();
    let _ = split(tree(), |error| {
        seen.push(*error);
        true
    });

    assert_eq!(seen, ["a1", "b1", "a2", "b2", "b3"]);
}

#[test]
fn a_subgroup_is_the_matching_half() {
    let a = subgroup(tree(), |error| error.starts_with('a'));
    assert_eq!(shape(a), "all[a1 left[a2]]");
}

#[tokio::test(start_paused = true)]
async fn tasks_and_source_lines_survive_a_split() {
    let errors = TaskGroup::scope(async |group| {
        group.spawn_named::<()>("orders", async { Err("away") });
        Ok(())
    })
    .await
    .unwrap_err();
    let line = errors.leaves().next().unwrap().location.line();

    let (away, _) = split(errors, |error| *error == "away");

    let away = away.unwrap();
    let leaf = away.leaves().next().unwrap();
    assert_eq!(leaf.task.to_string(), "orders");
    assert_eq!(leaf.location.line(), line);
}

#[test]
fn errors_that_cannot_be_cloned_can_be_routed() {
    struct Unique(u8);

    let errors = group("", [1, 2, 3].map(|number| ErrorNode::from(Unique(number))));
    let (odd, even) = split(errors, |error| error.0 % 2 == 1);

    let odd = odd.unwrap();
    assert_eq!(
        odd.leaves().map(|leaf| leaf.error.0).collect::<Vec<_>>(),
        [1, 3]
    );
    assert_eq!(even.unwrap().leaves().count(), 1);
}

#[test]
fn the_two_halves_may_have_different_error_types() {
    enum JobError {
        Busy(u32),
        Broken(String),
    }

    let errors = group(
        "",
        [JobError::Busy(3), JobError::Broken("disk".to_owned())].map(Into::into),
    );
    let (busy, broken) = route(errors, |error| match error {
        JobError::Busy(seconds) => Ok(seconds),
        JobError::Broken(what) => Err(what),
    });

    assert_eq!(
        busy.unwrap().leaves().map(|leaf| leaf.error).sum::<u32>(),
        3
    );
    assert_eq!(broken.unwrap().leaves().next().unwrap().error, "disk");
}

fn boxed() -> ErrorGroup<BoxError> {
    let not_a_number: BoxError = "nine".parse::<u8>().unwrap_err().into();
    let text: BoxError = "boom".into();
    group(
        "",
        [
            ErrorNode::from(not_a_number),
            group("inner", [ErrorNode::from(text)]).into(),
        ],
    )
}

#[test]
fn boxed_errors_are_split_by_their_type() {
    let (numbers, rest) = split_type::<ParseIntError>(boxed());

    assert_eq!(
        numbers.unwrap().to_string(),
        "1 error: invalid digit found in string"
    );
    assert_eq!(rest.unwrap().to_string(), "1 error: boom");
}

#[test]
fn mapping_keeps_the_shape() {
    let lengths = map_errors(tree(), |error: &str| error.len());
    assert_eq!(lengths.to_string(), "all: 5 errors: 2; 2; 2; and 2 more");

    assert_eq!(
        shape(Some(map_errors(tree(), |error| error))),
        shape(Some(tree()))
    );
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let levels = if std::env::var_os("LONG_TESTS").is_some() {
        200_000
    } else {
        20_000
    };
    let mut deep = group("", [leaf("a"), leaf("b")]);
    for _ in 1..levels {
        deep = group("", [deep.into()]);
    }

    let (a, b) = split(map_errors(deep, |error| error), |error| *error == "a");

    assert_eq!(a.unwrap().to_string(), "1 error: a");
    assert_eq!(b.unwrap().to_string(), "1 error: b");
}

#[test]
fn a_handler_runs_once_with_all_of_its_type_and_the_rest_is_raised_in_shape() {
    let seen = Cell::new(0);
    let result = Except::new(boxed())
        .handle::<ParseIntError>(|numbers| {
            seen.set(seen.get() + numbers.leaves().count());
            Ok(())
        })
        .handle::<ParseIntError>(|_| unreachable!("the first handler took them all"))
        .reraise();

    assert_eq!(seen.get(), 1);
    let rest = result.unwrap_err();
    assert!(matches!(rest.nodes(), [ErrorNode::Group(inner)] if inner.message() == "inner"));
}

#[test]
fn with_every_error_handled_nothing_is_raised() {
    let only_numbers = split_type::<ParseIntError>(boxed()).0.unwrap();
    let result = Except::new(map_errors(only_numbers, Into::into))
        .handle::<ParseIntError>(|_| Ok(()))
        .reraise();

    assert!(result.is_ok());
}

#[test]
fn a_handlers_failure_is_raised_beside_what_no_handler_took() {
    let errors = Except::new(boxed())
        .handle::<ParseIntError>(|_| Err(BoxError::from("the log is full").into()))
        .reraise()
        .unwrap_err();

    assert_eq!(errors.to_string(), "2 errors: the log is full; boom");
}

#[test]
fn what_a_handler_raises_does_not_reach_later_handlers() {
    let errors = Except::new(boxed())
        .handle::<ParseIntError>(|_| Err(BoxError::from(fmt::Error).into()))
        .handle::<fmt::Error>(|_| unreachable!("this error was not in the group"))
        .reraise()
        .unwrap_err();

    assert!(errors.leaves().any(|leaf| leaf.error.is::<fmt::Error>()));
}

#[tokio::test(start_paused = true)]
async fn a_group_that_a_handler_raises_again_keeps_shape_tasks_and_source_lines() {
    let errors = TaskGroup::<BoxError>::scope(async |group| {
        group.spawn_group::<()>(TaskGroup::scope(async |inner| {
            inner.spawn_named::<()>("text", async { Err("boom".into()) });
            inner.spawn_named("number", async { Ok("nine".parse::<u8>()?) });
            Ok(())
        }));
        Ok(())
    })
    .await
    .unwrap_err();
    let tree = errors.tree().to_string();
    let [text, number] = ["text", "number"].map(|task| {
        let mut lines = tree.lines().map(str::trim_start);
        lines.find(|line| line.starts_with(task)).unwrap()
    });

    let raised = Except::new(errors)
        .handle::<ParseIntError>(|numbers| Err(map_errors(numbers, Into::into).into()))
        .reraise()
        .unwrap_err();

    // First what the handler raised, then what no handler took.
    let expected = [
        "error group (2)",
        "  error group (1)",
        "    task 0 (1)",
        &format!("      {number}"),
        "  error group (1)",
        "    task 0 (1)",
        &format!("      {text}"),
    ];
    let raised = raised.tree().to_string();
    assert_eq!(raised.lines().collect::<Vec<_>>(), expected);
}
