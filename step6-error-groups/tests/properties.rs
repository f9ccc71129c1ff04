//! Properties of `split` and `map_errors` that hold for every tree, tried on random trees.

use proptest::prelude::*;
use step3_taskgroup::{ErrorGroup, ErrorNode};
use step6_error_groups::{map_errors, split};

/// The model: a tree that can be compared, with a simple recursive split.
#[derive(Clone, Debug, PartialEq)]
enum Tree {
    Leaf(u8),
    Group(String, Vec<Tree>),
}

impl Tree {
    /// The tree without the leaves for which `keep` returns false, and without the groups that are
    /// empty then.
    fn pruned(&self, keep: &impl Fn(u8) -> bool) -> Option<Self> {
        match self {
            Self::Leaf(error) => keep(*error).then_some(Self::Leaf(*error)),
            Self::Group(message, nodes) => {
                let nodes: Vec<_> = nodes.iter().filter_map(|node| node.pruned(keep)).collect();
                (!nodes.is_empty()).then(|| Self::Group(message.clone(), nodes))
            }
        }
    }

    fn to_node(&self) -> ErrorNode<u8> {
        match self {
            Self::Leaf(error) => ErrorNode::from(*error),
            Self::Group(message, nodes) => {
                let nodes = nodes.iter().map(Self::to_node);
                ErrorNode::Group(ErrorGroup::new(message.clone(), nodes).expect("it has nodes"))
            }
        }
    }

    fn to_group(&self) -> ErrorGroup<u8> {
        match self.to_node() {
            ErrorNode::Group(group) => group,
            ErrorNode::Leaf(_) => unreachable!("`trees` makes groups"),
        }
    }

    fn of(group: &ErrorGroup<u8>) -> Self {
        let nodes = group.nodes().iter().map(|node| match node {
            ErrorNode::Leaf(leaf) => Self::Leaf(leaf.error),
            ErrorNode::Group(group) => Self::of(group),
        });
        Self::Group(group.message().to_owned(), nodes.collect())
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    fn group(node: impl Strategy<Value = Tree>) -> impl Strategy<Value = Tree> {
        let nodes = prop::collection::vec(node, 1..6);
        ("[ab]{0,2}", nodes).prop_map(|(message, nodes)| Tree::Group(message, nodes))
    }
    let node = any::<u8>()
        .prop_map(Tree::Leaf)
        .prop_recursive(4, 64, 6, group);
    group(node)
}

fn leaves(group: &ErrorGroup<u8>) -> Vec<u8> {
    group.leaves().map(|leaf| leaf.error).collect()
}

fn cases() -> ProptestConfig {
    let long = std::env::var_os("LONG_TESTS").is_some();
    ProptestConfig::with_cases(if long { 2048 } else { 64 })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn each_half_is_the_tree_without_the_leaves_of_the_other(tree in trees(), bound: u8) {
        let matches = |error: u8| error < bound;
        let (first, second) = split(tree.to_group(), |error| matches(*error));

        prop_assert_eq!(first.as_ref().map(Tree::of), tree.pruned(&matches));
        prop_assert_eq!(second.as_ref().map(Tree::of), tree.pruned(&|error| !matches(error)));
    }

    #[test]
    fn each_leaf_is_in_exactly_one_half_and_in_order(tree in trees(), bound: u8) {
        let group = tree.to_group();
        let (lower, upper): (Vec<_>, Vec<_>) = leaves(&group).into_iter().partition(|error| *error < bound);
        let (first, second) = split(group, |error| *error < bound);

        prop_assert_eq!(first.iter().flat_map(leaves).collect::<Vec<_>>(), lower);
        prop_assert_eq!(second.iter().flat_map(leaves).collect::<Vec<_>>(), upper);
    }

    #[test]
    fn mapping_then_flattening_equals_flattening_then_mapping(tree in trees(), key: u8) {
        let flattened: Vec<_> = leaves(&tree.to_group()).iter().map(|error| error ^ key).collect();
        prop_assert_eq!(leaves(&map_errors(tree.to_group(), |error| error ^ key)), flattened);
    }

    #[test]
    fn mapping_with_an_inverse_restores_the_tree(tree in trees(), key: u8) {
        let mapped = map_errors(tree.to_group(), |error| error ^ key);
        prop_assert_eq!(Tree::of(&map_errors(mapped, |error| error ^ key)), tree);
    }
}
