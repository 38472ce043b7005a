//! Paths of keys with dots between: what stands at one in an object.

use crate::tree::{Entry, Node, Piece, Value};

/// The value at a path of keys with dots between. A list of one map is passed through, as Terraform's blocks need.
pub(super) fn at_path<'a>(node: &'a Node, path: &str) -> Option<&'a Node> {
    let mut node = node;
    for key in path.split('.').filter(|key| !key.is_empty()) {
        node = only_item(node).get(key)?;
    }
    Some(node)
}

/// The map in a list that holds nothing else.
pub(super) fn only_item(node: &Node) -> &Node {
    match node.items() {
        [item] if item.is_map() => item,
        _ => node,
    }
}

/// The entry at a path of keys with dots between; a list of one map is passed through. Where something on the way
/// cannot be known, nor can what stands below: that entry is it.
pub(super) fn entry_at<'a>(node: &'a Node, path: &str) -> Option<&'a Entry> {
    let mut node = node;
    let mut rest = path;
    loop {
        let (key, below) = match rest.bytes().position(|byte| byte == b'.') {
            Some(dot) => (&rest[..dot], Some(&rest[dot + 1..])),
            None => (rest, None),
        };
        let entry = only_item(node).entry(key)?;
        match below {
            Some(below) if !is_unknown(&entry.value) => (node, rest) = (&entry.value, below),
            _ => return (!matches!(entry.value.value, Value::Null)).then_some(entry),
        }
    }
}

/// Whether nothing is known of a value: `@@REFRESH_TOKEN@@`, `"##REFRESH_TOKEN##"`, `var.refresh_token`.
pub(super) fn is_unknown(node: &Node) -> bool {
    match &node.value {
        Value::Unknown(_) | Value::Expression(_) => true,
        Value::Template(pieces) => matches!(pieces.as_slice(), [Piece::Hole(_)]),
        _ => false,
    }
}

/// Which keys an object may have. Tables name many more than most objects have, and these are told at once.
#[derive(Clone, Copy)]
pub(super) struct Keys(u128);

impl Keys {
    /// Those of an object.
    pub(super) fn of(node: &Node) -> Self {
        Self(only_item(node).entries().iter().fold(0, |all, entry| all | Self::sign(&entry.key)))
    }

    /// Whether the object may have the key with which a path starts.
    pub(super) fn may_lead(self, path: &str) -> bool {
        self.0 & Self::sign(path) != 0
    }

    /// The sign of a key, or of the first key of a path: many keys share one.
    fn sign(path: &str) -> u128 {
        let start = path.bytes().take(4).take_while(|byte| *byte != b'.');
        1 << (start.fold(0_u32, |sign, byte| sign.wrapping_mul(37) + u32::from(byte)) % 128)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Place, Span};

    const HERE: Place = Place { file: FileId(0), span: Span { start: 0, end: 0 } };

    fn map(entries: &[(&str, Value)]) -> Value {
        let entry = |(key, value): &(&str, Value)| Entry {
            key: (*key).to_owned(),
            key_place: HERE,
            value: Node::new(HERE, value.clone()),
        };
        Value::Map(entries.iter().map(entry).collect())
    }

    #[test]
    fn no_path_that_leads_somewhere_is_refused() {
        let algorithm = map(&[("alg", Value::Bool(true))]);
        let blocks = Value::List(vec![Node::new(HERE, algorithm.clone())]);
        let node = Node::new(
            HERE,
            map(&[("a", algorithm), ("client_id", Value::Bool(true)), ("jwt_configuration", blocks)]),
        );
        let in_list = Node::new(HERE, Value::List(vec![node.clone()]));
        for node in [&node, &in_list] {
            for path in ["a", "a.alg", "client_id", "jwt_configuration.alg"] {
                assert!(entry_at(node, path).is_some() && Keys::of(node).may_lead(path), "{path}");
            }
            assert!(!Keys::of(node).may_lead("callbacks"));
        }
    }
}
